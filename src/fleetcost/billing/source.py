"""What a refresh asks of a source of bills, whichever it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fleetcost.billing.bill_files import BillFile


@dataclass(frozen=True, slots=True)
class FetchedBills:
    """
    Bills as files on the local disk.

    Attributes:
        files: what to read
        complete_from: every row of this day and later ones is in the files; None where there are no bills
        digest: hash of what they are, equal while nothing has changed
    """

    files: tuple[BillFile, ...]
    complete_from: datetime | None
    digest: str


class BillSource(Protocol):
    """Where bills come from."""

    def fetch(self, since: datetime, until: datetime, folder: Path) -> FetchedBills:
        """
        Bring the bills that may hold rows of these days, which are those of their months and of every later one.

        Args:
            since: the first day that is wanted; the source may bring earlier ones
            until: the end of the last one
            folder: where files may be put

        Raises:
            BillError, StoreError: the other side did not answer.
            BillRefusedError, StoreRefusedError: it refused.
            BillDamagedError: what it has cannot be understood.
        """


def month_of(instant: datetime) -> datetime:
    """Return the first moment of a time's month."""
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(instant: datetime) -> datetime:
    """Return the first moment of the month after a time's."""
    start = month_of(instant)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def digest_of(parts: Iterable[str]) -> str:
    """Return one hash of several texts, in any order."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
