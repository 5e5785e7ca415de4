"""Two windows side by side: what native answers say of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from fleetcost.api.behind import CompletenessJson, completeness_document
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import Answer
from fleetcost.query.comparison import Comparison
from fleetcost.query.rows import AllocationRow, AssetRow, on_grid

Json = dict[str, Any]


class WindowJson(msgspec.Struct, frozen=True):
    """A half-open window."""

    start: str
    end: str


class PreviousJson(msgspec.Struct, frozen=True):
    """
    The window before, and what everything cost in the part of it that is compared.

    Attributes:
        window: the same length just before, or the same days of the month before
        total_cost: of the part that was observed in both windows; None where there is none
        compared_cost: of the same part of the window that is asked about; None for bills, which are compared whole
        basis: the prices of both: list where bills do not cover both alike
        compared_windows: cluster-windows of that part
        windows: cluster-windows there are at most
        span, earlier_span: from the first to the last window of the part, of either side
        completeness: which windows of the window before there are
    """

    window: WindowJson
    total_cost: float | None
    compared_cost: float | None = None
    basis: str | None = None
    compared_windows: int = 0
    windows: int = 0
    span: WindowJson | None = None
    earlier_span: WindowJson | None = None
    completeness: list[CompletenessJson] = []


def window_document(window: Window) -> WindowJson:
    """Write a window."""
    return WindowJson(rfc3339(window.start), rfc3339(window.end))


@dataclass(frozen=True, slots=True)
class Before:
    """The same rows in the window just before: cost by name and currency, and of everything, None in several."""

    window: Window
    costs: Mapping[tuple[str, str], float]
    total_cost: float | None


@dataclass(frozen=True, slots=True)
class Alike:
    """
    Like parts of two windows.

    Attributes:
        asked: what is compared
        now, before: the answers about either part
    """

    asked: Comparison
    now: Answer[Any]
    before: Answer[Any]

    def row(self, row: AllocationRow | AssetRow) -> Json:
        """Return what a row cost in both; None where nothing is compared."""
        if not self.asked.windows:
            return _change(None, None)
        return _change(_cost(self.now, row), _cost(self.before, row))

    def document(self) -> PreviousJson:
        """Say what was compared."""
        now, before = (_whole_cost(side) if self.asked.windows else None for side in (self.now, self.before))
        spans = [window_document(one) if one else None for one in (self.asked.span, self.asked.earlier)]
        return PreviousJson(
            window=window_document(self.asked.before.frame.window),
            total_cost=before,
            compared_cost=now,
            basis=self.asked.now.basis,
            compared_windows=self.asked.windows,
            windows=self.asked.every,
            span=spans[0],
            earlier_span=spans[1],
            completeness=[completeness_document(entry) for entry in self.before.completeness],
        )


def _cost(answer: Answer[Any], like: AllocationRow | AssetRow) -> float:
    found = (row for row in answer.rows if row.name == like.name and row.currency == like.currency)
    return on_grid(sum(row.total_cost for row in found))


def _whole_cost(answer: Answer[Any]) -> float | None:
    if answer.total:
        return on_grid(answer.total.row.total_cost)
    return None if answer.totals and not answer.currency else 0.0


def _change(now: float | None, before: float | None) -> Json:
    """Return two costs and their difference, in money and as a part of the earlier one."""
    change = None if now is None or before is None else on_grid(now - before)
    relative = change / before if change is not None and before is not None and before > 0 else None
    return {"total_cost": before, "change": change, "relative": relative, "compared_cost": now}
