"""
The way over from older setups: a Helm chart's values become our settings, an ETL backup becomes cluster folders.

Nothing here runs beside an agent or an aggregator; the commands of `fleetcost import` do, once.
"""
