"""The rows of a statement: what each key cost in a month, and what was learned later of months before it."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from fleetcost.errors import CallerError
from fleetcost.model.amount import ZERO
from fleetcost.model.columns import COST, MEASURE, PART, TEXT, Holds, table_of
from fleetcost.model.window import Window

_MONTH = re.compile(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class CalendarMonth:
    """A month in UTC."""

    year: int
    month: int

    @property
    def window(self) -> Window:
        """From its first moment to its end."""
        return Window(self.first_day, self.after().first_day)

    def after(self, months: int = 1) -> CalendarMonth:
        """Return the month so many later."""
        count = self.year * 12 + self.month - 1 + months
        return CalendarMonth(count // 12, count % 12 + 1)

    @property
    def first_day(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def parse_month(text: str) -> CalendarMonth:
    """
    Read a month such as 2026-10.

    Raises:
        CallerError: it is none.
    """
    found = _MONTH.fullmatch(text)
    if found is None:
        raise CallerError(f"{text!r} is no month: write year and month, such as 2026-10")
    return CalendarMonth(int(found[1]), int(found[2]))


def month_of(day: date) -> CalendarMonth:
    """Return the month of a day."""
    return CalendarMonth(day.year, day.month)


class StatementLineKind(enum.StrEnum):
    """What a line of a statement says."""

    COST = "cost"
    PRIOR = "prior period"
    REVERSAL = "reversal"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    StatementLineKind.COST: "what the month of the statement cost, as it was known when it was closed",
    StatementLineKind.PRIOR: "what was learned since of a month that was closed before",
    StatementLineKind.REVERSAL: "takes back what was posted for the month so far, where it is closed once more",
}


class StatementRow(enum.StrEnum):
    """What a line is of: a group of workloads, or what nobody was charged for."""

    GROUP = "group"
    IDLE = "idle"
    TENANCY = "tenancy"
    SHARED = "shared"


_PARTS = "`own_cost`, `idle_cost`, `shared_cost` and `tenancy_cost` are `total_cost`"
_CAUSES = "of a line that is `prior period`: what of `total_cost` "


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One key of one month; its fields are the columns of a statement's file. Amounts are of one currency."""

    kind: Annotated[StatementLineKind, Holds(TEXT, "`cost`, `prior period` or `reversal`")]
    origin_month: Annotated[str, Holds(TEXT, "the month it is about, such as `2026-10`")]
    row: Annotated[StatementRow, Holds(TEXT, "`group`, or `idle`, `tenancy`, `shared`: what no group was charged for")]
    name: Annotated[
        str, Holds(TEXT, "the values of the book's key joined by `/`, or a reserved word such as `__idle__`")
    ]
    names: Annotated[tuple[str, ...], Holds(TEXT, "the same one by one; of no group the name alone")]
    currency: Annotated[str, Holds(TEXT, "ISO 4217 code of its amounts; unlike currencies are never added")]
    list_cost: Annotated[Decimal, Holds(PART, "all of it at list prices", "currency")] = ZERO
    adjustment: Annotated[
        Decimal, Holds(PART, "what bills changed: with `list_cost` it is `total_cost`", "currency")
    ] = ZERO
    own_cost: Annotated[Decimal, Holds(PART, f"its own; {_PARTS}", "currency")] = ZERO
    external_cost: Annotated[
        Decimal, Holds(PART, "the part of its own that is charged from outside the cluster", "currency")
    ] = ZERO
    idle_cost: Annotated[Decimal, Holds(PART, "its part of idle, or idle in a row of its own", "currency")] = ZERO
    shared_cost: Annotated[Decimal, Holds(PART, "its part of what is shared", "currency")] = ZERO
    tenancy_cost: Annotated[Decimal, Holds(PART, "its part of nodes' disks and management fees", "currency")] = ZERO
    total_cost: Annotated[Decimal, Holds(COST, "all of it", "currency")] = ZERO
    of_coverage: Annotated[Decimal, Holds(PART, f"{_CAUSES}is of sets that came, changed or left", "currency")] = ZERO
    of_bill: Annotated[Decimal, Holds(PART, f"{_CAUSES}is of bills", "currency")] = ZERO
    of_rates: Annotated[Decimal, Holds(PART, f"{_CAUSES}is of exchange rates", "currency")] = ZERO
    cpu_core_hours: Annotated[Decimal, Holds(MEASURE, "what it was charged for", "core-hours")] = ZERO
    ram_byte_hours: Annotated[Decimal, Holds(MEASURE, "what it was charged for", "byte-hours")] = ZERO
    gpu_hours: Annotated[Decimal, Holds(MEASURE, "what it was charged for", "GPU-hours")] = ZERO


STATEMENT_LINE = table_of(StatementLine, keys=("origin_month", "kind", "row", "names", "currency"), digits=28)
"""The columns of statements' files."""

STATEMENT_FORMAT_VERSION = STATEMENT_LINE.newest
"""Version of statements' lines and headers: that of the newest column; each since 1 is read."""
