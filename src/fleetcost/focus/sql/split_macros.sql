-- What of a whole number lies before a position on a line, to the nearest; nanos as an amount of the file; the price of one unit on fifteen places, the bill's own where it is what was charged;
-- an element of a method's details; pairs as a JSON object, NULL where there are none.
CREATE OR REPLACE TEMP MACRO before_cut(amount, place, length) AS quotient(
    amount * place + CASE WHEN amount * place < 0 THEN -1 ELSE 1 END * quotient(abs(length), 2), length);
CREATE OR REPLACE TEMP MACRO cost_in(nanos) AS amount_of(nanos)::DECIMAL(28, 9);
CREATE OR REPLACE TEMP MACRO unit_price(own, cost, quantity) AS CASE
    WHEN quantity IS NULL THEN NULL
    WHEN own >= 0 AND abs(own::DOUBLE * quantity::DOUBLE - cost::DOUBLE) <= 1 + abs(cost::DOUBLE) / 1e10 THEN own
    WHEN quantity = 0 THEN NULL
    WHEN (cost < 0) <> (quantity < 0) AND cost <> 0 THEN NULL
    ELSE (TRY_CAST(quotient(cost * 1000000000000000::HUGEINT, quantity) AS DECIMAL(22, 0))
        * 0.000000000000001::DECIMAL(16, 15))::DECIMAL(38, 15)
END;
CREATE OR REPLACE TEMP MACRO gib(bytes) AS bytes::DOUBLE / 1073741824;
CREATE OR REPLACE TEMP MACRO element(ratio, unit, used, resource) AS concat('{"AllocatedRatio":',
    (ratio::DECIMAL(25, 0) * 0.000000000001::DECIMAL(13, 12))::VARCHAR,
    CASE WHEN unit IS NOT NULL THEN concat(',"UsageUnit":"', unit, '","UsageQuantity":', used::DECIMAL(38, 6)::VARCHAR) ELSE '' END,
    ',"x_Resource":"', resource, '"}');
CREATE OR REPLACE TEMP MACRO json_of(pairs) AS CASE WHEN len(pairs) > 0 THEN to_json(map_from_entries(pairs))::VARCHAR END;
