-- Rows of sets, each with the place of its set. {sets}: the rows; {place}: how a row's cluster or integration, window and
-- currency are read; {columns}: those of the sets; {more}: what is made of them; {possible}: what they must be.
SELECT {place}, {columns}{more}
FROM {sets}
{possible};
