"""
Prometheus becomes samples.

`query` is a question as a value, `queries` holds each one as a named constant with its reason, `promql` writes them
out, `client` asks the API, `edges` spares the server most of the work, `memory` answers the same queries from series in
memory. `read` asks them all for one window and turns the answers into `model.samples`; `health` says what is wrong with
the source. Of `httpx` this room is one user; `client` is the other.
"""
