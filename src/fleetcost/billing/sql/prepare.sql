-- What every form's rows are added up in: exact to twelve places, rounded once when a day is written.
-- {tags}, {beginnings}: keys that only clusters give, as plain_key makes them.
CREATE OR REPLACE MACRO plain_key(name) AS regexp_replace(lower(name), '[^a-z0-9]+', '_', 'g');
CREATE OR REPLACE MACRO is_kubernetes(keys) AS len(list_filter(
    list_transform(keys, lambda name: regexp_replace(plain_key(name), '^user_', '')),
    lambda name: name IN ({tags}) OR {beginnings}
)) > 0;
-- Pairs as a map in the order of its keys; of a key that is there more than once the first counts.
CREATE OR REPLACE MACRO map_of_first(pairs) AS map_from_entries(list_sort(list_filter(pairs,
    lambda tag, place: list_position(list_transform(pairs, lambda one: one.key), tag.key) = place)));
-- A resource's own tags before those that it inherits.
CREATE OR REPLACE MACRO own_first(pairs) AS list_transform(
    list_concat(list_filter(pairs, lambda one: NOT coalesce(one.x_inherited, false)),
        list_filter(pairs, lambda one: coalesce(one.x_inherited, false))),
    lambda one: {'key': one.key, 'value': one.value});
-- A year that no bill is of, which cannot be cast, comes of a date written in another form: 0026, or 1970 for none.
CREATE OR REPLACE MACRO dated(moment) AS CASE
    WHEN CAST(moment AS TIMESTAMP) NOT BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2099-12-31' THEN CAST('the year ' || year(CAST(moment AS TIMESTAMP)) AS TIMESTAMP)
    ELSE CAST(moment AS TIMESTAMP)
END;
CREATE OR REPLACE MACRO up_to(amount, reached, whole) AS CASE
    WHEN reached = whole THEN CAST(amount AS DECIMAL(38, 12))
    -- Each branch is cast of its own: the common type of both would be that of round, with nine places.
    ELSE CAST(round(CAST(CAST(amount AS DOUBLE) * CAST(reached AS DOUBLE) / CAST(whole AS DOUBLE) AS DECIMAL(38, 12)), 9)
        AS DECIMAL(38, 12))
END;
CREATE OR REPLACE MACRO product(price, quantity, rate) AS
    CAST(CAST(price AS DOUBLE) * CAST(quantity AS DOUBLE) * CAST(rate AS DOUBLE) AS DECIMAL(38, 12));
CREATE OR REPLACE MACRO amounts_of(credits, kinds) AS coalesce(list_sum(list_transform(
    list_filter(credits, lambda one: regexp_full_match(coalesce(one.type, ''), kinds)), lambda one: one.amount)), 0);
-- The part of an amount that one of equal days has, and that of a weight; parts have nine places and add up exactly.
CREATE OR REPLACE MACRO part_of(amount, number, count) AS
    up_to(amount, number + 1, count) - up_to(amount, number, count);
CREATE OR REPLACE MACRO share_of(amount, weight, reached, weights) AS
    up_to(amount, reached, weights) - up_to(amount, reached - weight, weights);
-- Whose name this is: FOCUS sets no form for names of providers and publishers, so a house is known by any of its own
-- names, and two spellings with and without a legal form are one.
CREATE OR REPLACE MACRO seller_of(name) AS CASE
    WHEN regexp_matches(name, '(?i)^(aws|amazon)\b') THEN 'aws'
    WHEN regexp_matches(name, '(?i)^(microsoft|azure)\b') THEN 'azure'
    WHEN regexp_matches(name, '(?i)^(google|gcp)\b') THEN 'gcp'
    WHEN regexp_matches(name, '(?i)^(oracle|oci)\b') THEN 'oci'
    WHEN regexp_matches(name, '(?i)^(alibaba|aliyun)\b') THEN 'alibaba'
    ELSE regexp_replace(regexp_replace(lower(name),
        '[ ,]+(incorporated|inc|corporation|corp|company|co|limited|ltd|llc|plc|gmbh|ag|se|s\.?a|s\.?a\.?s|sarl|b\.?v|ab|oy)\b\.?$', ''),
        '[^a-z0-9]+', '', 'g')
END;
-- Hetzner and "Hetzner Online GmbH", IBM and "IBM Cloud": of two names of a house one begins with the other.
CREATE OR REPLACE MACRO same_house(one, other) AS one = other
    OR (length(one) > 2 AND length(other) > 2 AND (starts_with(one, other) OR starts_with(other, one)));
-- `source`, `form`: which set of files the row is of, and their form. `last_day`: of a charge for several days of one month.
-- `covered`: what commitments took off, `pool`: which commitments, and for their fees the same pool.
CREATE TABLE cost (
    source INTEGER, form VARCHAR,
    provider VARCHAR, provider_id VARCHAR, account_id VARCHAR, account_name VARCHAR, invoice_entity_id VARCHAR,
    invoice_entity_name VARCHAR, region_id VARCHAR, availability_zone VARCHAR, service VARCHAR, category VARCHAR,
    usage_type VARCHAR, labels MAP(VARCHAR, VARCHAR), kubernetes BOOLEAN, rule VARCHAR, line_type VARCHAR,
    "start" TIMESTAMP, "end" TIMESTAMP, currency VARCHAR,
    publisher VARCHAR, invoice_id VARCHAR, charge_class VARCHAR, sku_id VARCHAR, sku_price_id VARCHAR, pricing_category VARCHAR,
    pricing_unit VARCHAR, consumed_unit VARCHAR, list_unit_price VARCHAR, contracted_unit_price VARCHAR, commitment_id VARCHAR, commitment_status VARCHAR,
    pricing_quantity DECIMAL(38, 12), consumed_quantity DECIMAL(38, 12), contracted_cost DECIMAL(38, 12),
    list_cost DECIMAL(38, 12), net_cost DECIMAL(38, 12), amortized_cost DECIMAL(38, 12),
    amortized_net_cost DECIMAL(38, 12), invoiced_cost DECIMAL(38, 12), covered DECIMAL(38, 12), pool VARCHAR,
    bill_rows BIGINT, "day" TIMESTAMP, last_day TIMESTAMP
);
