"""What a build notices on its way; `build` turns it into findings."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fleetcost.costing.price_table import ListedPrice, PriceRow, PriceTable
from fleetcost.model.amount import ZERO, amount, whole
from fleetcost.model.finding import FindingKind

MOST_COST = 999_999_999.0
"""Largest amount the exact grid holds."""

MOST_COUNT = 2.0**63 - 1024
"""Largest count a set's 64-bit columns hold."""


class Notes:
    """Collects observations of one build."""

    def __init__(self) -> None:
        self._noticed: set[tuple[FindingKind, str]] = set()
        self._rows: set[PriceRow] = set()

    def notice(self, kind: FindingKind, subject: str) -> None:
        """Keep one observation."""
        self._noticed.add((kind, subject))

    def listed(self, listing: ListedPrice | None) -> float | None:
        """Return a listed price, and keep which rows of the price file it is of."""
        if listing is None:
            return None
        self._rows.update(listing.rows)
        return listing.price_hourly

    def notice_unused(self, table: PriceTable) -> None:
        """Keep the rows of the price file that no price is of."""
        for row in table.rows:
            if row not in self._rows:
                self.notice(FindingKind.PRICE_ROW_UNUSED, str(row))

    def noticed(self) -> Sequence[tuple[FindingKind, str]]:
        """Return the observations, sorted."""
        return sorted(self._noticed)

    def amount(self, value: float, subject: str) -> Decimal:
        """Return a value on the exact grid; what is negative or beyond it counts as nothing and is noticed."""
        if 0 <= value <= MOST_COST:
            return amount(value)
        self.notice(FindingKind.VALUE_REFUSED, subject)
        return ZERO

    def count(self, value: float, subject: str) -> int:
        """Return a value as a whole number; what is negative or too large is noticed and counts as nothing."""
        if 0 <= value < MOST_COUNT:
            return whole(value)
        self.notice(FindingKind.VALUE_REFUSED, subject)
        return 0
