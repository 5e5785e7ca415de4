"""Judging what the aggregator says: its ingest loop, each cluster's sets in the tables, its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from fleetcost.commands import ShownCommand
from fleetcost.errors import NoAnswerError
from fleetcost.model.window import Window, rfc3339
from fleetcost.verify.store import SHOWN, Folder
from fleetcost.verify.verdict import Link, LinkVerdict, broken, holds, not_tried

SLACK = 3
"""Passes that may be late before the loop counts as standing."""

BOOKS_WITHIN = 1e-6


Document = TypeVar("Document")

Ask = Callable[[str, Mapping[str, str]], bytes]
"""Asks for a path with parameters; raises `NoAnswerError`."""


class _Freshness(msgspec.Struct, frozen=True, rename="camel"):
    last_uploaded: datetime | None = None
    last_ingested: datetime | None = None
    last_derived: datetime | None = None


class _NotUsed(msgspec.Struct, frozen=True):
    path: str
    state: str
    reason: str


class Loop(msgspec.Struct, frozen=True, rename="camel"):
    """
    What `/model/debug/orchestrator` says of the ingest loop.

    Attributes:
        current_state, passes, last_pass, last_error: of the loop
        current_bucket_refresh_interval: between two passes, `600s`
        clusters: each cluster's freshness
        not_used: objects of the bucket that could not be used, with the reason
    """

    current_state: str
    passes: int
    last_error: str
    last_pass: datetime | None = None
    current_bucket_refresh_interval: str = "600s"
    clusters: dict[str, _Freshness] = {}
    not_used: tuple[_NotUsed, ...] = ()

    @property
    def interval(self) -> timedelta:
        """Time between two passes."""
        return timedelta(seconds=float(self.current_bucket_refresh_interval.removesuffix("s") or 0))


class _Orchestrator(msgspec.Struct, frozen=True):
    data: Loop


class _Key(msgspec.Struct, frozen=True):
    cluster: str = ""


class _ClusterRow(msgspec.Struct, frozen=True):
    key: _Key
    total_cost: float


class _Rows(msgspec.Struct, frozen=True):
    rows: list[_ClusterRow]


@dataclass(frozen=True, slots=True)
class Costs:
    """
    What the aggregator answers for one day, by cluster.

    Attributes:
        allocations: with idle, so that they should equal the assets
        assets: of the same day
    """

    allocations: Mapping[str, float]
    assets: Mapping[str, float]


def ask_loop(ask: Ask) -> Loop:
    """
    Ask how the ingest loop is.

    Raises:
        NoAnswerError: nobody answered, or somebody else.
    """
    return _decoded(ask("/model/debug/orchestrator", {}), _Orchestrator).data


def ask_costs(ask: Ask, day: Window) -> Costs:
    """
    Ask for one day's costs by cluster.

    Raises:
        NoAnswerError: the question was not answered.
    """
    window = {"window": f"{rfc3339(day.start)},{rfc3339(day.end)}", "aggregate": "cluster", "limit": "10000"}
    window["currency"] = "native"
    charged = _decoded(ask("/api/v1/allocations", window), _Rows)
    owned = _decoded(ask("/api/v1/assets", window), _Rows)
    return Costs(_by_cluster(charged), _by_cluster(owned))


def _by_cluster(answer: _Rows) -> Mapping[str, float]:
    """Add up a cluster's rows: its workloads, its idle and its tenancy are rows of their own."""
    totals: dict[str, float] = defaultdict(float)
    for row in answer.rows:
        totals[row.key.cluster] += row.total_cost
    return totals


def judge_loop(loop: Loop, now: datetime) -> LinkVerdict:
    """Judge the ingest loop."""
    link = Link.AGGREGATOR
    if loop.last_error:
        cure = "mend what the error names; the loop tries again by itself"
        return broken(link, f"the last ingest pass failed: {loop.last_error}", cure)
    if not loop.passes or loop.last_pass is None:
        return broken(link, f"the first ingest pass is not over ({loop.current_state})", "wait, and ask again")
    age = now - loop.last_pass
    if age > SLACK * loop.interval + timedelta(minutes=1) and loop.current_state == "waiting":
        cure = "restart the aggregator, and report this"
        return broken(link, f"the last pass ended at {rfc3339(loop.last_pass)} and no other began", cure)
    every = int(loop.interval.total_seconds())
    return holds(link, f"{loop.passes:,} passes, one every {every} s, {len(loop.clusters)} clusters")


def judge_ingest(loop: Loop, folder: Folder, now: datetime) -> tuple[LinkVerdict, ...]:
    """Judge whether the tables hold what the bucket holds of a cluster, and what follows from it."""
    cluster, newest = folder.cluster, folder.newest
    unused = [one for one in loop.not_used if one.path.startswith(f"federated/{cluster}/")]
    if unused:
        account = "; ".join(f"{one.path} is {one.state}: {one.reason}" for one in unused[:SHOWN])
        cure = "order a repair of its window (docs/guide/repair.md), or restore the object's former version"
        return (broken(Link.INGEST, account, cure, cluster), *not_tried([Link.DERIVE], "ingest is broken", cluster))
    fresh = loop.clusters.get(cluster)
    if fresh is None or fresh.last_uploaded is None:
        account = "the aggregator has no set of it"
        cure = (
            f"does it read this bucket and prefix? Compare {ShownCommand.CONFIG_AGGREGATOR.quoted}, and look at its log"
        )
        return (broken(Link.INGEST, account, cure, cluster), *not_tried([Link.DERIVE], "ingest is broken", cluster))
    waited = now - newest.info.modified if newest else timedelta()
    if newest and newest.info.modified > fresh.last_uploaded + timedelta(seconds=1) and waited > 2 * loop.interval:
        account = f"{newest.info.path} was uploaded at {rfc3339(newest.info.modified)} and is not in the tables"
        cure = "passes take longer than their interval, or the loop stands: look at the aggregator's log"
        return (broken(Link.INGEST, account, cure, cluster), *not_tried([Link.DERIVE], "ingest is broken", cluster))
    ingested = rfc3339(fresh.last_ingested) if fresh.last_ingested else "never"
    if fresh.last_derived is None or (fresh.last_ingested and fresh.last_derived < fresh.last_ingested):
        derive = broken(Link.DERIVE, "the newest sets are ingested, not derived", "wait for the pass to end", cluster)
    else:
        derive = holds(Link.DERIVE, f"derived at {rfc3339(fresh.last_derived)}", cluster)
    return holds(Link.INGEST, f"last ingested at {ingested}", cluster), derive


def judge_costs(costs: Costs, folder: Folder) -> tuple[LinkVerdict, ...]:
    """Judge the answers for a cluster's newest day."""
    cluster, verdicts = folder.cluster, []
    cure = "is the day within the aggregator's retention, and may this token see the cluster?"
    for link, found in ((Link.ALLOCATIONS, costs.allocations), (Link.ASSETS, costs.assets)):
        if cluster not in found:
            verdicts.append(broken(link, f"no row of it on {folder.last_day}", cure, cluster))
        else:
            verdicts.append(holds(link, f"{found[cluster]:,.2f} on its newest day", cluster))
    if cluster in costs.allocations and cluster in costs.assets:
        difference = costs.allocations[cluster] - costs.assets[cluster]
        if abs(difference) <= BOOKS_WITHIN * max(1.0, abs(costs.assets[cluster])):
            verdicts.append(holds(Link.BOOKS, "they close", cluster))
        else:
            account = f"allocations with idle and assets differ by {difference:,.6f}"
            mend = "order a repair of this day; if they still differ, report this"
            verdicts.append(broken(Link.BOOKS, account, mend, cluster))
    else:
        verdicts += not_tried([Link.BOOKS], "one side is not answered", cluster)
    return tuple(verdicts)


def _decoded(body: bytes, kind: type[Document]) -> Document:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise NoAnswerError(f"what answers is no aggregator: {error}", "correct --url") from error
