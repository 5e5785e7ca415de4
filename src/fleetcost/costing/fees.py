"""What managing the cluster costs."""

from __future__ import annotations

from collections import defaultdict

from fleetcost.costing.nodes import Nodes
from fleetcost.costing.notes import Notes
from fleetcost.costing.prices import HIGHEST_HOURLY, Price, PriceBook
from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.finding import FindingKind
from fleetcost.model.samples import Samples


def fee_assets(samples: Samples, nodes: Nodes, book: PriceBook, notes: Notes) -> list[Asset]:
    """
    Return the fee of each provisioner, else the price book's for as long as there were nodes.

    A fee of zero is an answer, not the absence of one: many clusters are managed for nothing.
    """
    runs: dict[str, list[Run]] = defaultdict(list)
    for seen in samples.services.management:
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is not None:
            runs[seen.provisioner].append(run)
    prices: dict[str, list[float]] = defaultdict(list)
    for record in samples.services.management_prices:
        prices[record.provisioner].append(record.value)
    if runs and not book.custom:
        priced = {name: Price(max(prices.get(name, [0.0])), PriceSource.METRIC) for name in runs}
    else:
        runs = {"": [node.run for node in nodes]} if any(True for _ in nodes) else {}
        priced = {"": book.rate("cluster_management_hourly")}
    return [
        _asset(name, hull(of_name), priced[name], notes)
        for name, of_name in sorted(runs.items())
        if _pays(priced[name], name, notes)
    ]


def _pays(price: Price, name: str, notes: Notes) -> bool:
    if not 0 <= price.value <= HIGHEST_HOURLY:
        notes.notice(FindingKind.VALUE_REFUSED, f"management fee {name} {price.value}")
        return False
    return price.value > 0


def _asset(name: str, run: Run, price: Price, notes: Notes) -> Asset:
    return Asset(
        type=AssetType.CLUSTER_MANAGEMENT,
        name=name or "cluster management",
        start=run.starts_at,
        end=run.ends_at,
        cost=notes.amount(run.hours * price.value, f"management fee {name}"),
        price_source=price.source,
    )
