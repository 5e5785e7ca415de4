"""
Two answers about the same workloads, ours and the older product's, with every difference in a class that has a cause.

Each row is a pod. Of two rows of one pod each cost differs by a price, by an amount, or as a whole: hours that differ
at their price, then prices that differ at our hours, so that the classes of a row add up to its difference exactly.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from fleetcost.errors import NoAnswerError

IDLE, UNMOUNTED = "__idle__", "__unmounted__"
SHORT_MINUTES = 30
"""Runs that end sooner are charged differently: see docs/decisions/0102-time-bases.md."""

PLACES = Decimal("1e-12")
SAME = Decimal("0.005")
"""Prices are the older product's own discount where their ratio is this near to it."""

GOOGLE = (Decimal("0.8"), Decimal("0.7"))
"""What is left of Google's list prices after the discounts that OpenCost takes off by itself."""


class DifferenceClass(enum.StrEnum):
    """Why two answers differ."""

    GAPS = "gaps"
    IDLE = "idle"
    TENANCY = "tenancy"
    DISCOUNTS = "discounts"
    PRICES = "prices"
    SHORT_RUNS = "short runs"
    AMOUNTS = "amounts"
    VOLUMES = "volumes"
    BALANCERS = "balancers"
    NETWORK = "network"
    BILLS = "bills"
    JOB_NAMES = "job names"
    ONLY_HERE = "only here"
    ONLY_THERE = "only there"
    OTHER = "other"

    @property
    def meaning(self) -> str:
        """What it is, in one sentence."""
        return _CAUSES[self][0]

    @property
    def old_value(self) -> str:
        """The setting or parameter that gives the older product's value."""
        return _CAUSES[self][1]


_NONE = "none"
_CAUSES = {
    DifferenceClass.GAPS: ("time without metrics that is estimated here", "estimated=exclude, or bridge_hours: 0"),
    DifferenceClass.IDLE: ("what nodes cost beyond their workloads, which follows from all other differences", _NONE),
    DifferenceClass.TENANCY: ("nodes' own disks and management fees, shared among rows", "shareTenancyCosts=false"),
    DifferenceClass.DISCOUNTS: ("discounts off Google's prices that nobody agreed on", "discount in a price sheet"),
    DifferenceClass.PRICES: ("the price of an hour", "rates in the price sheet, or a price CSV"),
    DifferenceClass.SHORT_RUNS: (f"hours of runs of up to {SHORT_MINUTES} minutes", _NONE),
    DifferenceClass.AMOUNTS: ("hours, requested or used, of longer runs", "resolution_seconds"),
    DifferenceClass.VOLUMES: ("persistent volumes", _NONE),
    DifferenceClass.BALANCERS: ("load balancers", "sharelb does not matter here: each service carries its own"),
    DifferenceClass.NETWORK: ("traffic", "zone, region and internet rates in the price sheet"),
    DifferenceClass.BILLS: ("what bills changed", "basis=list"),
    DifferenceClass.JOB_NAMES: ("a CronJob's runs are its own here and single jobs there; no sum moves", (
        'filter=controllerKind:"job","cronjob"'
    )),
    DifferenceClass.ONLY_HERE: ("rows that only fleetcost has", _NONE),
    DifferenceClass.ONLY_THERE: ("rows that only the other has", _NONE),
    DifferenceClass.OTHER: ("what is left of rows whose costs do not add up to their total", _NONE),
}  # fmt: skip


class PodProperties(msgspec.Struct, frozen=True, rename="camel"):
    """Whose a row is."""

    cluster: str = ""
    namespace: str = ""
    pod: str = ""
    controller_kind: str = ""


class PodCosts(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of a row of either product; further fields are not read."""

    name: str = ""
    properties: PodProperties = PodProperties()
    minutes: Decimal = Decimal()
    cpu_core_hours: Decimal = Decimal()
    cpu_cost: Decimal = Decimal()
    ram_byte_hours: Decimal = Decimal()
    ram_cost: Decimal = Decimal()
    gpu_hours: Decimal = Decimal()
    gpu_cost: Decimal = Decimal()
    pv_cost: Decimal = Decimal()
    network_cost: Decimal = Decimal()
    load_balancer_cost: Decimal = Decimal()
    shared_cost: Decimal = Decimal()
    cpu_cost_adjustment: Decimal = Decimal()
    ram_cost_adjustment: Decimal = Decimal()
    gpu_cost_adjustment: Decimal = Decimal()
    pv_cost_adjustment: Decimal = Decimal()
    network_cost_adjustment: Decimal = Decimal()
    load_balancer_cost_adjustment: Decimal = Decimal()
    total_cost: Decimal = Decimal()

    @property
    def adjustment(self) -> Decimal:
        """What bills changed of all its costs."""
        names = (name for name in self.__struct_fields__ if name.endswith("_adjustment"))
        return sum((getattr(self, name) for name in names), Decimal())


class AllocationSets(msgspec.Struct, frozen=True):
    """The envelope of either product: sets, each a mapping of rows, or null."""

    data: list[dict[str, PodCosts] | None]


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One difference of one row: how much more it costs here."""

    row: str
    kind: DifferenceClass
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Compared:
    """
    Two answers, compared.

    Attributes:
        here, there: their totals
        matched: rows both have
        differences: of single rows; they add up to `here - there`
    """

    here: Decimal
    there: Decimal
    matched: int
    differences: tuple[RowDifference, ...]

    def sums(self) -> dict[DifferenceClass, tuple[Decimal, int]]:
        """Return each class's sum and how many rows it is of; classes without rows are left out."""
        found: dict[DifferenceClass, tuple[Decimal, int]] = {}
        for one in self.differences:
            cost, rows = found.get(one.kind, (Decimal(), 0))
            found[one.kind] = (cost + one.cost, rows + 1)
        return {kind: found[kind] for kind in DifferenceClass if kind in found}


def read_rows(content: bytes, whose: str, *, named: bool = True) -> dict[str, PodCosts]:
    """
    Read the rows of an answer, those of several sets added up by the pod they are of.

    Args:
        content: an answer by cluster, namespace and pod
        whose: for messages
        named: whether the cluster's name is part of a row's; False where the two call one cluster differently

    Raises:
        NoAnswerError: it is no such answer.
    """
    try:
        sets = msgspec.json.decode(content, type=AllocationSets).data
    except msgspec.MsgspecError as error:
        hint = "is it the address of an allocation API of OpenCost or Kubecost?"
        raise NoAnswerError(f"the answer of {whose} cannot be read: {error}", hint) from None
    rows: dict[str, PodCosts] = {}
    for name, row in (pair for one in sets for pair in (one or {}).items()):
        key = _key(name, row, named=named)
        rows[key] = _added(rows[key], row) if key in rows else row
    return rows


def _key(name: str, row: PodCosts, *, named: bool) -> str:
    kind = next((mark for mark in (IDLE, UNMOUNTED) if mark in name), "")
    of = row.properties
    parts = (of.cluster if named else "", kind or of.namespace, "" if kind else of.pod)
    return "/".join(filter(None, parts)) or name


_ADDED = tuple(name for name in PodCosts.__struct_fields__ if name not in {"name", "properties"})


def _added(one: PodCosts, other: PodCosts) -> PodCosts:
    return msgspec.structs.replace(one, **{name: getattr(one, name) + getattr(other, name) for name in _ADDED})


def compare(here: Mapping[str, PodCosts], seen: Mapping[str, PodCosts], there: Mapping[str, PodCosts]) -> Compared:
    """
    Compare two answers, row by row.

    Args:
        here: our rows, with what is estimated
        seen: our rows without what is estimated
        there: the other's rows
    """
    found = [*_gaps(here, seen)]
    for name in sorted({*seen, *there}):
        found += _row(name, seen.get(name), there.get(name))
    return Compared(_total(here), _total(there), len({*seen} & {*there}), tuple(found))


def _total(rows: Mapping[str, PodCosts]) -> Decimal:
    return sum((row.total_cost for row in rows.values()), Decimal())


def _gaps(here: Mapping[str, PodCosts], seen: Mapping[str, PodCosts]) -> Iterator[RowDifference]:
    nothing = PodCosts()
    for name in sorted({*here, *seen}):
        cost = here.get(name, nothing).total_cost - seen.get(name, nothing).total_cost
        if cost:
            yield RowDifference(name, DifferenceClass.GAPS, cost)


def _row(name: str, ours: PodCosts | None, theirs: PodCosts | None) -> Iterable[RowDifference]:
    """Return the differences of one row, which add up to the difference of its totals."""
    if IDLE in name or ours is None or theirs is None:
        cost = (ours.total_cost if ours else Decimal()) - (theirs.total_cost if theirs else Decimal())
        kind = DifferenceClass.ONLY_HERE if theirs is None else DifferenceClass.ONLY_THERE
        return [RowDifference(name, DifferenceClass.IDLE if IDLE in name else kind, cost)] if cost else []
    parts = [part for part in _parts(ours, theirs) if part[1]]
    rest = ours.total_cost - theirs.total_cost - sum((cost for _, cost in parts), Decimal())
    found = [RowDifference(name, kind, cost) for kind, cost in (*parts, (DifferenceClass.OTHER, rest)) if cost]
    kinds = ours.properties.controller_kind.lower(), theirs.properties.controller_kind.lower()
    if kinds == ("cronjob", "job"):
        found.append(RowDifference(name, DifferenceClass.JOB_NAMES, Decimal()))
    return found


def _parts(ours: PodCosts, theirs: PodCosts) -> Iterator[tuple[DifferenceClass, Decimal]]:
    short = ours.minutes <= SHORT_MINUTES
    for hours, cost in (("cpu_core_hours", "cpu_cost"), ("ram_byte_hours", "ram_cost"), ("gpu_hours", "gpu_cost")):
        pairs = tuple((getattr(row, hours), getattr(row, cost)) for row in (ours, theirs))
        yield from _priced(*pairs, short=short)
    yield DifferenceClass.VOLUMES, ours.pv_cost - theirs.pv_cost
    yield DifferenceClass.NETWORK, ours.network_cost - theirs.network_cost
    yield DifferenceClass.BALANCERS, ours.load_balancer_cost - theirs.load_balancer_cost
    yield DifferenceClass.BILLS, ours.adjustment - theirs.adjustment
    yield DifferenceClass.TENANCY, ours.shared_cost - theirs.shared_cost


def _priced(
    ours: tuple[Decimal, Decimal], theirs: tuple[Decimal, Decimal], *, short: bool
) -> Iterator[tuple[DifferenceClass, Decimal]]:
    """Yield what of a cost's difference is the hours' at their price, and what is the price's at our hours."""
    hours, cost = ours
    old_hours, old_cost = theirs
    # Rounded, so that what is taken here and given there is the same to the last digit.
    at_old_price = (old_cost / old_hours * hours).quantize(PLACES) if old_hours else old_cost
    yield DifferenceClass.SHORT_RUNS if short else DifferenceClass.AMOUNTS, at_old_price - old_cost
    ratio = at_old_price / cost if cost else Decimal()
    discounted = any(abs(ratio - left) <= SAME for left in GOOGLE)
    yield DifferenceClass.DISCOUNTS if discounted else DifferenceClass.PRICES, cost - at_old_price
