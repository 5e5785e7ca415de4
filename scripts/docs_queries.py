"""Write docs/queries.md from the constants of `fleetcost.samples.queries`."""

from __future__ import annotations

import json
from pathlib import Path

from fleetcost.model.window import Window
from fleetcost.samples.points import POINTED, render_pointed
from fleetcost.samples.promql import Instant, Lookback, render, render_edge, render_present
from fleetcost.samples.queries import CONTAINER_FIRST, CPU_USED, RAM_USED, every
from fleetcost.samples.query import Over, Query
from fleetcost.samples.stepwise import render_by_step, render_pieces, render_several

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "queries.md"
FIGURES = DOCS / "queries.samples.json"
"""Made by `measure_queries.py` on a real Prometheus."""

HOUR = Window.of_epochs(1_790_002_800, 1_790_006_400)
STEP_SECONDS = 60
LOOK = Lookback(HOUR, STEP_SECONDS)

HEAD = """# Queries

Everything the agent asks the metrics store, made by `scripts/docs_queries.py` from `fleetcost.samples.queries`; a test
fails when this page is stale.

- An hour is asked for once, when it is over. Nothing is asked when somebody looks at a cost.
- Queries look back over one hour, most of them as instant queries. No query spans more than the window it is for.
- Distributions of use, and counters that are looked at from time to time, are asked as ranges: every five minutes, or
  every quarter of an hour, from the hour's start to its end.
- At most four are under way at once. A query that is too large for the server's limits is asked again in parts, a few
  namespaces each. A busy server is asked again after the time it asks for, at most five times.
- With a cluster label every selector carries it, so no other cluster's series are read.
- A query whose metric does not exist costs the server nothing; most of those of OpenCost's exporter are for clusters
  that have it.

Below is each query for one hour at a resolution of a minute. Those that reach back `3601s` or `3599s` are evaluated at
the hour's end, the others one millisecond before it: so the sample at the hour's start belongs to the hour and the one
at its end does not, on Prometheus 2, on Prometheus 3 and on VictoriaMetrics alike.

First and last sightings and labels are written below as they are meant. A server is asked for less: what is seen at the
hour's start (first sightings) or end (last sightings, labels) and which objects there were in the hour at all, in two
queries that look at no steps. Only for objects that were there and not at that edge, pods that started or ended in the
hour, the query below is sent, with their names as a condition, five hundred at a time. For containers these two are:

@edges@

The second is asked once for first and last sightings together.

Means and growth are written below as they are asked first. A mean comes as every different mean a row's series have,
and growth as if each thing were one series; two more queries find the few rows where a thing came in pieces:

@pieces@

Only these rows are asked for once more, by name, step by step, so that at each step a thing counts once and its steps
follow each other ([why](decisions/0102-time-bases.md)): the mean of all samples of each step, and the growth since the
sample before. For memory and CPU used these are:

@steps@

What a query costs the server is the samples it reads. Under each query stands what a real Prometheus said it read
for one hour of a made-up cluster of @nodes@ nodes and @pods@ pods, @series@ series scraped every minute. The whole
hour took @samples@ samples, @ratio@ for each series; most grow with the pods. A query without a figure read nothing
there, because that cluster has no such metric.
"""


def page() -> str:
    """Return the whole page."""
    queries = every()
    figures = json.loads(FIGURES.read_text())
    samples: dict[str, int] = figures["samples"]
    total = sum(samples.values())
    measured = {
        "@edges@": _fenced(render_edge(CONTAINER_FIRST, HOUR, HOUR.end_epoch), render_present(CONTAINER_FIRST, HOUR)),
        "@pieces@": _fenced(render_several(CPU_USED, LOOK), render_pieces(CPU_USED, LOOK)),
        "@steps@": _fenced(render_by_step(RAM_USED, LOOK), render_by_step(CPU_USED, LOOK)),
        "@nodes@": f"{figures['nodes']:,}",
        "@pods@": f"{figures['pods']:,}",
        "@series@": f"{figures['series']:,}",
        "@samples@": f"{total:,}",
        "@ratio@": f"{total / figures['series']:.0f}",
    }
    head = HEAD
    for mark, text in measured.items():
        head = head.replace(mark, text)
    lines = [head + f"{len(queries)} queries on {len({query.metric for query in queries})} metrics.\n"]
    lines += [_section(over, [query for query in queries if query.over is over], samples) for over in Over]
    return "\n".join(line for line in lines if line)


def _fenced(*instants: Instant) -> str:
    return "\n".join(f"```promql\n{one.text}\n```" for one in instants)


def _section(over: Over, queries: list[Query], samples: dict[str, int]) -> str:
    if not queries:
        return ""
    return f"## Of each series: {over.value}\n\n" + "\n".join(
        _entry(query, samples.get(query.name, 0)) for query in queries
    )


def _entry(query: Query, samples: int) -> str:
    text = (render_pointed if query.over in POINTED else render)(query, LOOK).text
    figure = f"\n\n{samples:,} samples." if samples else ""
    return f"**{query.name}**: {query.why}\n\n```promql\n{text}\n```{figure}\n"


if __name__ == "__main__":
    PAGE.write_text(page())
