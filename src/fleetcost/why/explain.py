"""Explaining one number: a tree whose parts are exactly the number an answer has, read as far as it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from functools import cached_property

from fleetcost.errors import QuestionError, closest
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import COST, ESTIMATE, PART
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.asset_charges import ASSET_FIGURES
from fleetcost.query.charges import AskedFigure, Charges, Fineness, NodeBill, node_bills
from fleetcost.query.question import Question
from fleetcost.tables.view import View
from fleetcost.why.explain_divided import (
    IDLE,
    IDLE_SHARE,
    SHARED,
    TENANCY,
    TENANCY_SHARE,
    UNSHARED,
    carried_charges,
    idle_charges,
    idle_node_charges,
    shared_charges,
    tenancy_charges,
)
from fleetcost.why.explain_own import OwnSources, own_charges, part_of
from fleetcost.why.explain_path import Path, focus_of, value_of
from fleetcost.why.explain_tree import Explained, PlacedCharge, grow, summed

EXACT_DIGITS = 120
"""Of exact sums and products: an amount, a rate and a quantity in bytes have 21, 12 and 39 places at most."""

_IDLE_COLUMNS = ("cpu_cost", "ram_cost", "gpu_cost")
_ESTIMATES = ALLOCATION.of(ESTIMATE)

FIGURES = (
    "total_cost", "direct_cost", "idle_cost", "shared_cost", "estimated_cost",
    *(f"{name}_idle" for name in _IDLE_COLUMNS), *ALLOCATION.of(COST, PART, ESTIMATE),
)  # fmt: skip
"""The figures that can be explained: every one that is in a currency."""


@dataclass(frozen=True, slots=True)
class Opened:
    """
    What of a tree is wanted.

    Attributes:
        path: where it begins
        depth: levels of parts
        limit: the most parts of one part
    """

    path: Path
    depth: int
    limit: int


def checked_figure(column: str, kind: SetKind) -> str:
    """
    Return a figure of a kind of row that can be explained.

    Raises:
        QuestionError: it is none.
    """
    known = ASSET_FIGURES if kind is SetKind.ASSETS else FIGURES
    if column not in known:
        raise QuestionError("field", column, f"one of {', '.join(known)}", suggestion=closest(column, known))
    return column


def explain(
    snapshot: View,
    question: Question,
    figure: AskedFigure,
    opened: Opened,
    currencies: Mapping[tuple[str, datetime], str],
    *,
    disclosing: bool = True,
) -> tuple[Explained, str] | None:
    """
    Explain one figure of an answer.

    Args:
        snapshot: the view the answer is of
        question: that was answered
        figure: which figure; without a currency it is the answer's, or the only one its row is in
        opened: what of the tree is wanted
        currencies: of the sets, by cluster and window
        disclosing: bills, and how much there is to divide, may be shown: not to whom sees a part of the fleet

    Returns:
        The part at the path with its parts, and the currency of them all; None where the answer has no such row, or the
        tree no such part.

    Raises:
        QuestionError: the row is there in several currencies, and none was chosen.
    """
    with localcontext() as exact:
        exact.prec = EXACT_DIGITS
        source = Charges(snapshot, question, figure, focus_of(opened.path))
        figures = source.figures()
        currency = chosen_currency(figures, question, figure)
        if currency not in figures:
            return None
        source.choose(currency)
        bills = _node_bills(snapshot, question, opened) if disclosing else {}
        read = _Reading(source, figure, opened, bills, disclosing=disclosing)
        whole = Explained((), "answer", figure.row or "", figures[currency])
        tree = rooted(read.charges(currencies), whole, opened)
        return None if tree is None else (tree, currency)


def chosen_currency(figures: Mapping[str, Decimal], question: Question, figure: AskedFigure) -> str:
    """
    Return which of the currencies of a figure is explained.

    Raises:
        QuestionError: there are several, and neither figure nor question names one.
    """
    shown = question.shown.currency if question.shown else ""
    wanted = figure.currency or (shown if shown in figures or len(figures) != 1 else next(iter(figures)))
    if not wanted and len(figures) > 1:
        case = f"The figure is in {', '.join(figures)}, which are never added"
        raise QuestionError("row_currency", "", f"one of {', '.join(figures)}", case=case)
    return wanted or next(iter(figures), "")


def rooted(charges: Iterable[PlacedCharge], whole: Explained, opened: Opened) -> Explained | None:
    """Return the tree of what is opened of a whole; None where it has no such part."""
    path = opened.path
    behind = [one for one in charges if _under(one, path)]
    root = whole
    if path:
        if not behind:
            return None
        step = behind[0].steps[len(path) - 1]
        root = Explained(path, step.kind, step.label or step.value, summed(behind))
    return grow(behind, root, opened.depth, opened.limit)


def _node_bills(snapshot: View, question: Question, opened: Opened) -> Mapping[str, NodeBill]:
    """Read what bills say of nodes, where a window of adjustments is opened."""
    focus = focus_of(opened.path)
    adjusted = question.adjusted and value_of(opened.path, "basis") == "adjustment"
    if not adjusted or focus.cluster is None or focus.start is None:
        return {}
    return node_bills(snapshot, focus.cluster, Resolution.DAY.floor(focus.start))


def _under(charge: PlacedCharge, path: Path) -> bool:
    return tuple(step.id for step in charge.steps[: len(path)]) == path


class _Reading:
    """Reads the charges of a figure, no finer and no further than somebody has opened."""

    def __init__(
        self, source: Charges, figure: AskedFigure, opened: Opened, bills: Mapping[str, NodeBill], *, disclosing: bool
    ) -> None:
        self.source = source
        self._bills = bills
        self._disclosing = disclosing
        self._column = figure.column
        self._path = opened.path
        self._part = value_of(opened.path, "part")

    def charges(self, currencies: Mapping[tuple[str, datetime], str]) -> Iterator[PlacedCharge]:
        """Yield them, each with the way to it."""
        yield from self._own(currencies)
        yield from self._idle()
        yield from self._carried()
        yield from self._rest()

    @property
    def _level(self) -> Fineness:
        if value_of(self._path, "window") is not None:
            return Fineness.ROW
        if value_of(self._path, "cluster") is None:
            return Fineness.CLUSTER
        return Fineness.NODE if value_of(self._path, "basis") in {None, "list"} else Fineness.WINDOW

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """The costs of the figure's own rows that are part of it and of the path."""
        column = self._column
        if column in {"total_cost", "direct_cost"}:
            columns = ALLOCATION.of(COST)
        elif column == "estimated_cost":
            columns = _ESTIMATES
        else:
            columns = (column,) if column in ALLOCATION.of(COST, PART, ESTIMATE) else ()
        return tuple(name for name in columns if self._part in {None, part_of(name).value})

    def _own(self, currencies: Mapping[tuple[str, datetime], str]) -> Iterator[PlacedCharge]:
        if not self._columns:
            return iter(())
        level = self._level
        found = list(self.source.own(level, self._columns))
        priced = level >= Fineness.NODE and found
        prices = self.source.prices() if priced else {}
        split = level is Fineness.ROW and found and value_of(self._path, "basis") == "list" and self.source.of_days
        hours = self.source.hours() if split else None
        return own_charges(found, OwnSources(level, prices, currencies, self._bills, hours))

    def _idle(self) -> Iterator[PlacedCharge]:
        estimated = self._column == "estimated_cost" or self._column.endswith("_estimated")
        if not self._wants(IDLE.value) or self._column == "direct_cost":
            return
        whole = self.source.whole_idle
        if whole and not estimated and value_of(self._path, "window") is not None and self._part == IDLE.value:
            nodes = [one for one in self.source.idle_nodes() if self._counts_idle(one.resource)]
            yield from idle_node_charges(nodes)
            return
        charges = (one for one in self.source.idle() if self._counts_idle(one.resource))
        yield from idle_charges(charges, estimated=estimated, whole=whole)

    def _counts_idle(self, resource: str) -> bool:
        """Tell whether idle of a resource is inside the figure of a row of idle."""
        column = self._column
        if column in {"total_cost", "idle_cost", "estimated_cost"}:
            return True
        return column in {f"{resource}_cost", f"{resource}_cost_estimated"}

    def _carried(self) -> Iterator[PlacedCharge]:
        if not (self._wants(IDLE_SHARE.value) or self._wants(TENANCY_SHARE.value)):
            return iter(())
        charges = (one for one in self.source.carried() if self._counts_carried(one.resource))
        return carried_charges(charges, disclosing=self._disclosing)

    def _counts_carried(self, resource: str) -> bool:
        column = self._column
        if resource in {"disks", "management"}:
            return column in {"total_cost", "shared_cost"}
        return column in {"total_cost", "idle_cost", f"{resource}_cost", f"{resource}_cost_idle"}

    def _rest(self) -> Iterator[PlacedCharge]:
        """Yield tenancy in rows of its own, and shared costs."""
        if self._column not in {"total_cost", "shared_cost", "direct_cost"}:
            return
        if self._wants(TENANCY.value) and self._column != "direct_cost":
            yield from self._tenancy()
        if self._column != "direct_cost" and (self._wants(SHARED.value) or self._wants(UNSHARED.value)):
            yield from shared_charges(self.source.shared(), disclosing=self._disclosing)

    def _tenancy(self) -> Iterator[PlacedCharge]:
        whole = self.source.whole_tenancy
        inside = value_of(self._path, "window") is not None and self._part == TENANCY.value
        charges = self.source.tenancy_parts() if whole and inside else self.source.tenancy()
        return tenancy_charges(charges, whole=whole)

    def _wants(self, part: str) -> bool:
        return self._part in {None, part}
