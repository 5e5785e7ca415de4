-- Remove the rows of these days of these integrations.
DELETE FROM cloud_cost_1d
WHERE window_start BETWEEN $oldest AND $newest
    AND (integration, window_start) IN (SELECT (unnest($integrations), unnest($starts)));
