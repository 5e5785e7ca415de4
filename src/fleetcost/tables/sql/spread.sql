-- Spread an amount over rows by their weights, exactly: whole units by truncation, the rest to the largest weight. Where all
-- weights are zero each member gets the same. The rest is less than a unit a row, so it cannot turn the order of parts.
-- {source}: rows with amount (the same in a group) and weight, whole numbers; {by}: a group; {tie}: order among equals;
-- {carried}: columns of the source that are kept.
SELECT {carried},
    (cut + CASE WHEN place = 1 THEN amount - sum(cut) OVER (PARTITION BY {by}) ELSE 0 END)::HUGEINT AS part
FROM (
    SELECT *,
        CASE WHEN whole = 0 THEN quotient(amount, members) ELSE quotient(amount * weight, whole) END AS cut,
        row_number() OVER (PARTITION BY {by} ORDER BY weight DESC, {tie}) AS place
    FROM (
        SELECT *, (sum(weight) OVER (PARTITION BY {by}))::HUGEINT AS whole,
            (count(*) OVER (PARTITION BY {by}))::HUGEINT AS members
        FROM ({source})
    )
);
