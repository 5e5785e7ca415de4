"""What comes back: rows per step, with the states of the windows behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from fleetcost.model.cloud_cost import BillState
from fleetcost.model.identity import ClusterId
from fleetcost.model.states import WindowState
from fleetcost.model.window import Window
from fleetcost.query.question import Question
from fleetcost.query.rows import AllocationRow, AssetRow, CloudCostRow, Details, on_grid

__all__ = [
    "AllocationRow",
    "Answer",
    "AssetRow",
    "BillCompleteness",
    "CloudCostRow",
    "Completeness",
    "Details",
    "Exchanged",
    "Gap",
    "LeftOut",
    "OtherCurrencies",
    "Point",
    "RowType",
    "SeriesStep",
    "StepRows",
    "Total",
    "on_grid",
]

RowType = TypeVar("RowType", bound=AllocationRow | AssetRow | CloudCostRow)


@dataclass(frozen=True, slots=True)
class Gap:
    """
    One cluster-window that is not complete.

    Attributes:
        window: which
        state: how
        cause: why
        running: the window is not over and its set is fresh: nothing is wrong, there is just more to come
    """

    window: Window
    state: WindowState
    cause: str
    running: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    Rows that are in another currency than the answer because no rate is known: left out of it, or apart.

    Attributes:
        owner: cluster, or integration of a bill
        currency: of the amount
        day: start of its day
        amount: what the rows cost together, exactly
    """

    owner: str
    currency: str
    day: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Completeness:
    """
    Which windows of one cluster stand behind an answer.

    Attributes:
        cluster: whose
        counts: how many windows are in each state, only states that occur
        gaps: the windows that are not complete, oldest first
        first, last: start of the first and end of the last window with data, None where there is none
        coverage_minutes: minutes observed
        expected_minutes: minutes of the windows that should be there by now
        estimated_minutes: minutes not observed for which there are estimates
        bills: how many days are in each state of their bill; empty where no bill is expected
        without_rate: its costs that are not in the answer's currency, because no exchange rate is known
    """

    cluster: ClusterId
    counts: dict[WindowState, int]
    gaps: tuple[Gap, ...]
    first: datetime | None
    last: datetime | None
    coverage_minutes: float
    expected_minutes: float
    estimated_minutes: float = 0.0
    bills: dict[BillState, int] = field(default_factory=dict)
    without_rate: tuple[LeftOut, ...] = ()

    @property
    def state(self) -> WindowState:
        """The worst state that occurs, windows that are merely not over left out; complete where nothing is wrong."""
        wrong = [gap.state for gap in self.gaps if not gap.running]
        wrong += [WindowState.RATE_MISSING] if self.without_rate else []
        return max(wrong, key=lambda state: state.severity, default=WindowState.COMPLETE)


@dataclass(frozen=True, slots=True)
class BillCompleteness:
    """
    Which days of one integration stand behind an answer about cloud costs.

    Attributes:
        integration: whose bills
        counts: how many days are in each state, only states that occur
        first, last: start of the first and end of the last day with a bill, None where there is none
        causes: what is wrong with days whose bill cannot be used
        unmapped_rows: rows that no rule knows
        without_rate: its costs that are not in the answer's currency, because no exchange rate is known
    """

    integration: str
    counts: dict[BillState, int]
    first: datetime | None
    last: datetime | None
    causes: tuple[str, ...]
    unmapped_rows: int
    without_rate: tuple[LeftOut, ...] = ()

    @property
    def state(self) -> BillState:
        """The least of the states that occur."""
        return next((state for state in BillState if state in self.counts), BillState.ESTIMATED)


@dataclass(frozen=True, slots=True)
class StepRows(Generic[RowType]):
    """The rows of one step; a step without rows is there too, with none."""

    window: Window
    rows: tuple[RowType, ...]


@dataclass(frozen=True, slots=True)
class Total(Generic[RowType]):
    """
    All rows of one step together, whether they came back or not.

    Attributes:
        window: the step
        count: number of rows
        row: their sum, without names and properties
    """

    window: Window
    count: int
    row: RowType


@dataclass(frozen=True, slots=True)
class Point:
    """What one row costs in one step of the series."""

    name: str
    total_cost: float


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """One step of the series: what all rows cost, the rows that came back, and what of the cost is estimated."""

    window: Window
    total_cost: float
    points: tuple[Point, ...]
    estimated_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchanged:
    """
    What an answer has converted from one currency, before any of it was shared among rows.

    Attributes:
        currency: of the amount
        amount: what the rows cost together, exactly
        converted: the same in the currency of the answer, exactly
    """

    currency: str
    amount: Decimal
    converted: Decimal


@dataclass(frozen=True, slots=True)
class OtherCurrencies:
    """
    What became of rows in other currencies than the answer's.

    Attributes:
        exchanged: what was converted, one entry per currency
        left_out: what has no rate, by owner, currency and day
    """

    exchanged: tuple[Exchanged, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer(Generic[RowType]):
    """
    An answer, from one snapshot of the database.

    Attributes:
        question: what was asked
        steps: rows by step, oldest first; in the order asked for, else of their names with idle last
        completeness: one entry per cluster the filter does not rule out
        currency: of totals, series and rows, but for rows that say another; empty where there are no rows, and where
            they are in several and none was chosen
        totals: by step and currency, of the steps that have rows
        series: oldest first; empty where none was asked for, or costs are in several currencies and none was
            chosen
        bills: one entry per integration, of an answer about cloud costs
        others: what became of rows in other currencies
    """

    question: Question
    steps: tuple[StepRows[RowType], ...]
    completeness: tuple[Completeness, ...]
    currency: str
    totals: tuple[Total[RowType], ...] = ()
    series: tuple[SeriesStep, ...] = ()
    bills: tuple[BillCompleteness, ...] = ()
    others: OtherCurrencies = OtherCurrencies()

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is in another currency than the answer's, because no rate is known."""
        return self.others.left_out

    @property
    def rows(self) -> Sequence[RowType]:
        """The rows of every step."""
        return [row for step in self.steps for row in step.rows]

    @property
    def total(self) -> Total[RowType] | None:
        """All rows in the currency of an answer of one step; None where there is no row."""
        return next((one for one in self.totals if one.row.currency == self.currency), None)
