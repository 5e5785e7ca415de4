"""Write docs/metrics.md: every metric that fleetcost has of its own, from the registry itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from fleetcost.ingest.object_metrics import PAST_RETENTION
from fleetcost.ops import metrics

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"

HEAD = """# Own metrics

Made by `scripts/docs_metrics.py` from the metrics themselves; a test fails when this page is stale.

The agent and the aggregator each serve `/metrics` on their port, in Prometheus' text format. Both serve every name;
what a role does not do stays at zero. Two names are those of the products we are compatible with, because their
dashboards read them. A `state` is one of the [states](states.md) of an object or of the ledger, or `{past_retention}`:
a set that is older than what the tables keep.

| metric | type | labels | meaning |
|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    return HEAD.replace("{past_retention}", PAST_RETENTION) + "".join(sorted(_lines()))


def _lines() -> Iterator[str]:
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - it has no other way to tell
            yield f"| `{name}` | {family.type} | {labels} | {family.documentation} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
