"""
Prometheus becomes samples.

`query` is a question as a value, `queries` holds each one as a named constant with its reason and the field it fills,
`promql` writes them out, `client` asks the API, `edges` spares the server most of the work, `pieces` and `stepwise` are
right where a thing has several series, `memory` answers the same queries from series in memory. `read` asks them all
for one window, `filling` turns the answers into `model.samples`; `health` says what is wrong with the source. Only this
room imports `httpx`.
"""
