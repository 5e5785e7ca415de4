"""
Prometheus becomes samples.

`queries` holds every query as a named constant with its reason, `promql` writes them out, `client` asks the API,
`memory` answers them from series in memory, `read` turns answers into the typed records of `model.samples`. Only this
room imports `httpx`.
"""
