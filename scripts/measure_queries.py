"""
Measure what each query of the agent costs a real Prometheus: samples read for one hour of a made-up cluster.

    python scripts/measure_queries.py [--nodes 100] [--pods 3000] [--prometheus PROGRAM]

Writes docs/queries.samples.json, of which `docs_queries.py` makes the figures of docs/queries.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "src"), str(ROOT / "tests")]

from agent import START, STEP_SECONDS, _metrics  # noqa: E402

from fleetcost.model.window import Window  # noqa: E402
from fleetcost.samples.client import PrometheusSource  # noqa: E402
from fleetcost.samples.queries import every  # noqa: E402
from fleetcost.samples.query import Query  # noqa: E402
from servers.metric_stores import prometheus  # noqa: E402

HOUR = Window.of_epochs(START, START + 3600)
FIGURES = ROOT / "docs" / "queries.samples.json"


class _Recording(httpx.HTTPTransport):
    """Sends requests and keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Keep a request and send it."""
        request.read()
        self.sent.append(request)
        return super().handle_request(request)


def main() -> None:
    """Fill a server, ask every query, add up what it read."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--pods", type=int, default=3000)
    parser.add_argument("--prometheus", default="prometheus")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, prometheus(Path(folder), given.prometheus) as server:
        metrics = _metrics(given.nodes, given.pods, 2.0)
        series = sum(len(of_name) for of_name in metrics.values())
        server.write(metrics)
        transport = _Recording()
        source = PrometheusSource(server.url, transport=transport)
        samples = {query.name: _read(source, transport, query) for query in every()}
    figures = {"nodes": given.nodes, "pods": given.pods, "series": series, "samples": samples}
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"{sum(samples.values()):,} samples in all; now run scripts/docs_queries.py")


def _read(source: PrometheusSource, transport: _Recording, query: Query) -> int:
    """Ask a query and return the samples its requests read; what an earlier one has asked already is its own."""
    before = len(transport.sent)
    source.query(query, HOUR, STEP_SECONDS)
    with httpx.Client(timeout=600) as client:
        return sum(_samples(client, request) for request in transport.sent[before:])


def _samples(client: httpx.Client, request: httpx.Request) -> int:
    """Send a request again with its statistics switched on."""
    response = client.post(
        request.url,
        content=request.content + b"&stats=all",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    response.raise_for_status()
    return int(response.json()["data"]["stats"]["samples"]["totalQueryableSamples"])


if __name__ == "__main__":
    main()
