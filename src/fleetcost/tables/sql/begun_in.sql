-- Condition: of windows of one resolution that begin in a window. $resolution, $start, $end.
resolution = $resolution AND window_start >= $start AND window_start < $end
