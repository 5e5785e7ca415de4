-- Condition: from a window to another. $oldest, $newest: their beginnings.
window_start BETWEEN $oldest AND $newest
