-- What rules ask of JSON that a column holds as text; true of null, which other rules judge. A condition stands in CASE
-- where what follows it cannot take a text that is no JSON.
CREATE MACRO is_object(value) AS CASE WHEN value IS NULL THEN TRUE WHEN json_valid(value) THEN json_type(value) = 'OBJECT'
    ELSE FALSE END;
CREATE MACRO is_flat(value) AS CASE WHEN value IS NOT NULL AND is_object(value) THEN
    len(list_filter(json_extract(value, '$.*'), lambda one: json_type(one) IN ('OBJECT', 'ARRAY'))) = 0 ELSE TRUE END;
CREATE MACRO has_ratios(value) AS CASE WHEN value IS NOT NULL AND is_object(value) THEN
    json_type(value, '$.Elements') IS NOT DISTINCT FROM 'ARRAY'
    AND len(list_filter(json_extract(value, '$.Elements[*]'), lambda one:
        coalesce(json_type(one, '$.AllocatedRatio') NOT IN ('DOUBLE', 'BIGINT', 'UBIGINT', 'DECIMAL'), TRUE)
        OR (json_exists(one, '$.UsageQuantity') AND NOT json_exists(one, '$.UsageUnit')))) = 0 ELSE TRUE END;
CREATE MACRO tag_of(tags, name) AS tags->>(concat('$."', replace(name, '"', '\"'), '"'));
CREATE MACRO tags_in_common(these, those) AS
    CASE WHEN these IS NOT NULL AND those IS NOT NULL AND is_object(these) AND is_object(those) THEN
    len(list_filter(json_keys(these), lambda one: tag_of(these, one) = tag_of(those, one))) > 0 ELSE FALSE END;
CREATE MACRO ratio_of(value) AS CASE WHEN is_object(value) AND has_ratios(value) THEN
    list_sum(list_transform(json_extract(value, '$.Elements[*]'),
        lambda one: CAST(one->>'$.AllocatedRatio' AS DECIMAL(38, 12)))) END;
