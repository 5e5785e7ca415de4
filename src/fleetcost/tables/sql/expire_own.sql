-- Forget which windows that began at or before $began brought adjustments of their own.
DELETE FROM own_adjusted WHERE resolution = '{res}' AND window_start <= $began;
