-- One row per day that was collected: how many rows of the bills it was made of.
SELECT "day", sum(bill_rows)::BIGINT AS bill_rows FROM cost GROUP BY "day" ORDER BY "day";
