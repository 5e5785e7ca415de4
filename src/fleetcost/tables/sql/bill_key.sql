-- What each asset can be found by in a bill. A scale set is billed as a whole, so its nodes are found by it as well; a
-- load balancer of AWS by the name in front of its host's hash.
WITH keyed AS (
    SELECT asset, day, type, match_key(provider_id) AS key, lower(ip) AS host, lower(name) AS name, local FROM bill_asset
)
SELECT asset, day, key FROM keyed
WHERE key <> '' AND NOT (type = 'LoadBalancer' AND ends_with(host, 'amazonaws.com'))
UNION
SELECT asset, day, regexp_replace(key, '/virtualmachines/[^/]+$', '') AS key FROM keyed
WHERE contains(key, '/virtualmachinescalesets/')
UNION
-- virtualMachines/<name> has the disk <name>_OsDisk_…, <set>/virtualMachines/<number> has <set>_<set>_<number>_OsDisk_…
SELECT asset, day, concat(regexp_replace(key, '/virtualmachines/', '/disks/'), '_osdisk') AS key FROM keyed
WHERE contains(key, '/virtualmachines/') AND NOT contains(key, '/virtualmachinescalesets/')
UNION
SELECT asset, day, concat(regexp_extract(key, '^(.*)/virtualmachinescalesets/', 1), '/disks/',
    regexp_extract(key, '/virtualmachinescalesets/([^/]+)/', 1), '_', regexp_extract(key, '/virtualmachinescalesets/([^/]+)/', 1),
    '_', regexp_extract(key, '/virtualmachines/([^/]+)$', 1), '_osdisk') AS key
FROM keyed
WHERE contains(key, '/virtualmachinescalesets/') AND contains(key, '/virtualmachines/')
UNION
SELECT asset, day, regexp_extract(host, '^(?:internal-)?(.+?)-[0-9a-f]+[.]', 1) AS key FROM keyed
WHERE type = 'LoadBalancer' AND ends_with(host, 'amazonaws.com')
UNION
SELECT asset, day, host AS key FROM keyed WHERE type = 'LoadBalancer' AND host <> ''
UNION
SELECT asset, day, name AS key FROM keyed WHERE type = 'Disk' AND NOT local AND key = '';
