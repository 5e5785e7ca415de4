"""
Tables from wire fields to our columns, and what becomes of a number that has no exact form.

An exact amount holds nine decimals and ±999,999,999, a count 64 bits. What is NaN, infinite or larger is a finding and
counts as zero, or as not measured where a column can say so: it never becomes money.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from fleetcost.model.allocation import NO_LABELS
from fleetcost.model.amount import ZERO, amount, whole
from fleetcost.sets.bingen.findings import Findings, SetFindingKind
from fleetcost.sets.bingen.record import Record, RecordLayout, Value

_LARGEST_COUNT = 2**63 - 1


def exact_amount(value: float) -> Decimal:
    """
    Return an exact amount.

    Raises:
        ValueError: not finite, or too large.
    """
    return amount(value) if value else ZERO


def exact_count(value: float) -> int:
    """
    Return a whole number of 64 bits.

    Raises:
        ValueError: not finite, or too large.
    """
    count = whole(value) if value else 0
    if abs(count) > _LARGEST_COUNT:
        raise ValueError(f"count {value} does not fit 64 bits")
    return count


def finite(value: float) -> float:
    """
    Return the number as it is.

    Raises:
        ValueError: not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not finite")
    return value


def sorted_texts(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return names in an order that does not change from write to write."""
    return tuple(sorted(texts))


@dataclass(frozen=True, slots=True)
class Rule:
    """
    How a wire value becomes ours.

    Attributes:
        words: for the documentation, empty for "as it is"
        ours: makes our form, raises ValueError where there is none
        instead: what the column holds then, and where the wire has no value
        scaled: whether the value is first multiplied by what the reader says: hours of the run, or 1 - discount
    """

    words: str
    ours: Callable[[Value], Value]
    instead: Value
    scaled: bool = False


TEXT = Rule("", str, "")
LOWER = Rule("lower case", str.lower, "")
TEXTS = Rule("sorted", sorted_texts, ())
LABELS = Rule("", lambda labels: labels or NO_LABELS, NO_LABELS)
FLAG = Rule("", bool, instead=False)
ABOVE_ZERO = Rule("above 0", (0.0).__lt__, instead=False)
AMOUNT = Rule("", exact_amount, ZERO)
COUNT = Rule("rounded", exact_count, 0)
FIGURE = Rule("", finite, None)
AVERAGE = Rule("times hours", exact_amount, ZERO, scaled=True)
USE = Rule("times hours", exact_amount, None, scaled=True)
AVERAGE_COUNT = Rule("times hours, rounded", exact_count, 0, scaled=True)
USE_COUNT = Rule("times hours, rounded", exact_count, None, scaled=True)
COUNT_OR_NONE = Rule("rounded", exact_count, None)
DISCOUNTED = Rule("after discount", exact_amount, ZERO, scaled=True)


@dataclass(frozen=True, slots=True)
class WireColumn:
    """One of our columns and the wire field it comes from."""

    ours: str
    wire: str
    rule: Rule


class Columns:
    """A struct's columns; reads them out of its records, whatever their version."""

    def __init__(self, *columns: WireColumn) -> None:
        self.columns = columns
        self._plan = [(column, column.rule.ours, column.rule.scaled) for column in columns]
        self._pickers: dict[RecordLayout, Callable[[tuple[Value, ...]], tuple[Value, ...]]] = {}

    def read(self, record: Record, row: str, findings: Findings, scale: float = 1.0) -> dict[str, Value]:
        """
        Return our columns by name.

        Args:
            record: an instance of the struct; a field its version does not have gives its rule's `instead`
            row: the row's name, for findings
            findings: where a number without exact form is reported
            scale: what the columns whose rule is scaled are multiplied by
        """
        pick = self._pickers.get(record.layout)
        if pick is None:
            wanted = tuple(column.wire for column in self.columns)
            pick = self._pickers[record.layout] = record.layout.picker(wanted, absent=None)
        values: dict[str, Value] = {}
        for (column, ours, scaled), value in zip(self._plan, pick(record.values), strict=True):
            if value is None:
                values[column.ours] = column.rule.instead
                continue
            try:
                values[column.ours] = ours(value * scale if scaled else value)
            except ValueError:
                values[column.ours] = column.rule.instead
                findings.add(SetFindingKind.NOT_EXACT, f"{row}: {column.wire} is {value}")
        return values
