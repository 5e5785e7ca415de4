-- What assets of one name are together: list price and what they cost in all, in nanos; what there was to be used. The
-- thing with the number 0 stands for whatever is on no asset.
SELECT row_number() OVER (ORDER BY cluster, currency, kind, thing) AS number, cluster, currency, kind, thing,
    sum(list)::HUGEINT AS list, sum(total)::HUGEINT AS total, sum(cpu)::HUGEINT AS cpu, sum(ram)::HUGEINT AS ram,
    sum(gpu)::HUGEINT AS gpu, sum(cpu_core_hours) AS cpu_core_hours, sum(ram_byte_hours)::HUGEINT AS ram_byte_hours,
    sum(gpu_hours) AS gpu_hours, sum(byte_hours)::HUGEINT AS byte_hours, bool_or(own) AS own,
    max(claim_namespace) AS claim_namespace, max(claim_name) AS claim_name, min(asset) AS asset
FROM split_asset
GROUP BY cluster, currency, kind, thing
UNION ALL
SELECT 0, '', '', 'none', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, FALSE, '', '', NULL
