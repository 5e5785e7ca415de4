"""What is divided among rows, and what nobody was charged for, as charges: idle, tenancy, shared costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from fleetcost.query.charges import CarriedCharge, IdleCharge, NodeIdle, SharedCharge, TenancyCharge
from fleetcost.why.explain_path import PathStep, window_step
from fleetcost.why.explain_tree import PlacedCharge

IDLE = PathStep("part", "idle", "idle")
IDLE_SHARE = PathStep("part", "idle_share", "its part of idle")
TENANCY = PathStep("part", "tenancy", "the clusters themselves: nodes' own disks and management")
TENANCY_SHARE = PathStep("part", "tenancy_share", "its part of nodes' own disks and management")
SHARED = PathStep("part", "shared", "its part of shared costs")
UNSHARED = PathStep("part", "unshared", "shared costs that no row could carry")

_RESOURCES = {"cpu": "CPU", "ram": "RAM", "gpu": "GPU"}
_TENANCY = {"disks": "nodes' own disks", "management": "management fees"}


def idle_charges(charges: Iterable[IdleCharge], *, estimated: bool, whole: bool) -> Iterator[PlacedCharge]:
    """
    Yield idle that has a row of its own.

    Args:
        charges: by place
        estimated: their estimated parts are meant, which are not split further
        whole: it is that of whole nodes, so that it opens into them
    """
    for one in charges:
        if amount := one.estimated if estimated else one.amount:
            note = "" if whole else "the part of its place's idle that follows the rows the filter lets pass"
            opens = whole and not estimated
            yield PlacedCharge((*_idle_way(one), *_place(one.place)), amount, note=note, opens=opens)


def idle_node_charges(nodes: Iterable[NodeIdle]) -> Iterator[PlacedCharge]:
    """Yield idle of whole nodes as the difference that it is: the node's cost, less what was charged on it."""
    for one in nodes:
        way = (*_idle_way(one), PathStep("node", one.node))
        parts = (
            ("node", "the node at list price", one.cost),
            ("node_adjustment", "the node's adjustment to the bill", one.adjustment),
            ("allocated", "charged to workloads at list price", -one.allocated),
            ("allocated_adjustment", "charged to workloads of the adjustment", -one.allocated_adjustment),
        )
        for value, label, amount in parts:
            if amount:
                yield PlacedCharge((*way, PathStep("piece", value, label)), amount)


def carried_charges(charges: Iterable[CarriedCharge], *, disclosing: bool) -> Iterator[PlacedCharge]:
    """
    Yield what rows carry of idle and tenancy.

    Args:
        charges: by place
        disclosing: how much there is to divide may be known; not to whom sees a part of the clusters
    """
    for one in charges:
        if not one.amount:
            continue
        if one.resource in _TENANCY:
            way = (TENANCY_SHARE, PathStep("resource", one.resource, _TENANCY[one.resource]))
        else:
            way = (IDLE_SHARE, PathStep("resource", one.resource, _RESOURCES[one.resource]))
        steps = (*way, PathStep("cluster", one.cluster), window_step(one.start), *_place(one.place))
        yield PlacedCharge(steps, one.amount, facts=_division(one) if disclosing else ())


def _division(one: CarriedCharge) -> tuple[tuple[str, str], ...]:
    if one.divided is None or not one.whole_weight or one.weight is None:
        return ()
    return (
        ("idle there", _plain(one.divided)),
        ("weight of these rows", _plain(one.weight)),
        ("weight of all rows there", _plain(one.whole_weight)),
    )


def tenancy_charges(charges: Iterable[TenancyCharge], *, whole: bool) -> Iterator[PlacedCharge]:
    """Yield tenancy that has a row of its own; of whole clusters it opens into its parts."""
    for one in charges:
        steps = (TENANCY, PathStep("cluster", one.cluster), window_step(one.start))
        if one.part:
            label = _TENANCY[one.part]
            for value, text, amount in (
                (one.part, f"{label} at list price", one.amount),
                (f"{one.part}_adjustment", f"{label}: adjustment to the bill", one.adjustment),
            ):
                if amount:
                    yield PlacedCharge((*steps, PathStep("piece", value, text)), amount)
        elif one.amount:
            yield PlacedCharge(steps, one.amount, opens=whole)


def shared_charges(charges: Iterable[SharedCharge], *, disclosing: bool) -> Iterator[PlacedCharge]:
    """Yield what rows carry of shared costs, by what is shared; see `carried_charges`."""
    for one in charges:
        if not one.amount:
            continue
        way = (SHARED, PathStep("source", one.source)) if one.source else (UNSHARED,)
        facts = (("all of it", _plain(one.whole)),) if disclosing and one.source else ()
        yield PlacedCharge((*way, window_step(one.start)), one.amount, facts=facts)


def _idle_way(one: IdleCharge | NodeIdle) -> tuple[PathStep, ...]:
    resource = PathStep("resource", one.resource, _RESOURCES[one.resource])
    return (IDLE, resource, PathStep("cluster", one.cluster), window_step(one.start))


def _place(place: str) -> tuple[PathStep, ...]:
    return (PathStep("node", place),) if place else ()


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") or "0"
