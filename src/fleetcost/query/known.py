"""What is known of the bucket, remembered from one question to the next for as long as the ledger stays the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sized
from datetime import datetime
from typing import Any

from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.answer import Answer, Completeness
from fleetcost.query.completeness import Covered, coverages, judge, observed
from fleetcost.query.question import Frame
from fleetcost.tables.ledger import Entry, LedgerPart, read_births, read_ends, read_part, read_sets
from fleetcost.tables.rollups import absent_measures
from fleetcost.tables.view import View

KNOWN_BYTES = 32 << 20
"""Of what is remembered, unless a budget says otherwise."""

THING_BYTES = 2048
"""What an entry of a ledger, a gap or a cluster takes at most; measured: 1,620 for an entry with its texts."""

POINT_BYTES = 160
"""What a point of a series takes; measured: 152 with its name."""

Retired = Callable[[], Mapping[ClusterId, datetime]]


class Known:
    """
    The ledger and what follows from it.

    Reading ten thousand entries and judging them takes longer than most questions, so both are kept for one generation
    of the ledger alone, that of the last question's own snapshot: an answer never mixes two states of the tables.

    Args:
        most_bytes: of what is remembered together; what was asked for longest ago makes room, and what alone is larger
            is made again for each question
        retired: gives the clusters that were declared gone, and when
    """

    def __init__(self, most_bytes: int = KNOWN_BYTES, retired: Retired = dict) -> None:
        self._most_bytes = most_bytes
        self.retired = retired
        """Gives the clusters that were declared gone, and when."""
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._generation: Hashable = None
        self._lock = threading.Lock()

    def clusters(self, snapshot: View) -> tuple[ClusterId, ...]:
        """Return every cluster of the ledger, sorted."""
        return tuple(self._births(snapshot, Resolution.DAY))

    def ends(self, snapshot: View) -> tuple[Entry, ...]:
        """Return the entries that say when each cluster was seen and written first and last."""
        return tuple(self.remembered(snapshot, "ends", lambda: read_ends(snapshot)))

    def sets(self, snapshot: View, frame: Frame) -> tuple[Entry, ...]:
        """Return every entry of a frame."""
        made = self.remembered(snapshot, ("sets", frame), lambda: read_sets(snapshot, frame.window, frame.resolution))
        return tuple(made)

    def part(self, snapshot: View, frame: Frame) -> LedgerPart:
        """Return the same with all clusters; no window counts as whole before it was looked at."""
        return LedgerPart({}, self.sets(snapshot, frame), self._births(snapshot, frame.resolution))

    def _births(self, snapshot: View, resolution: Resolution) -> Mapping[ClusterId, datetime | None]:
        found: Mapping[ClusterId, datetime | None] = self.remembered(
            snapshot, ("births", resolution), lambda: read_births(snapshot, resolution)
        )
        return found

    def completeness(
        self, snapshot: View, frame: Frame, kinds: tuple[SetKind, ...], now: datetime
    ) -> tuple[Completeness, ...]:
        """Judge every known cluster over a frame; times of day count to the minute."""
        minute = now.replace(second=0, microsecond=0)
        retired = self.retired()
        key = ("completeness", frame, kinds, minute, tuple(sorted(retired.items())))

        part = self._unfinished(snapshot, frame, kinds, minute)
        return tuple(self.remembered(snapshot, key, lambda: judge(part, frame, kinds, minute, retired)))

    def _unfinished(self, snapshot: View, frame: Frame, kinds: tuple[SetKind, ...], minute: datetime) -> LedgerPart:
        """Return the entries of windows that are not whole, and those that are."""
        read: LedgerPart = self.remembered(
            snapshot,
            ("part", frame, kinds),
            lambda: read_part(snapshot, frame.window, frame.resolution, kinds, minute),
        )
        return read

    def observed(
        self, snapshot: View, frame: Frame, kinds: tuple[SetKind, ...], now: datetime
    ) -> Mapping[ClusterId, frozenset[Window]]:
        """Return the windows of every known cluster that lack nothing."""
        minute = now.replace(second=0, microsecond=0)
        return observed(self._unfinished(snapshot, frame, kinds, minute), frame, kinds, minute, self.retired())

    def coverages(
        self, snapshot: View, frame: Frame, kinds: tuple[SetKind, ...], now: datetime
    ) -> Mapping[ClusterId, Mapping[Window, Covered]]:
        """Return how much of the windows of every known cluster stands behind costs."""
        minute = now.replace(second=0, microsecond=0)
        return coverages(self._unfinished(snapshot, frame, kinds, minute), frame, kinds, minute, self.retired())

    def absent(self, snapshot: View, resolution: Resolution) -> frozenset[str]:
        """Return measures of which no row of this resolution has anything: nobody needs to add them up."""
        if snapshot.language != "duckdb":
            # A distributed engine would read every row to find out.
            return frozenset()
        key = ("absent", resolution)
        found: frozenset[str] = self.remembered(snapshot, key, lambda: absent_measures(snapshot, resolution))
        return found

    def remembered(self, snapshot: View, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is made
        """Return what was made for a key in this state of the tables, or make it."""
        with self._lock:
            if snapshot.generation != self._generation:
                # A whole ledger hangs on each generation: only the one that was asked for last is kept.
                self._generation = snapshot.generation
                self._kept.clear()
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        made = make()
        with self._lock:
            if snapshot.generation == self._generation:
                self._kept[key] = made, _weight(made)
                while self.bytes > self._most_bytes:
                    self._kept.popitem(last=False)
        return made

    @property
    def bytes(self) -> int:
        """What is remembered takes this much memory, about."""
        return sum(weight for _, weight in self._kept.values())


def _weight(made: Any) -> int:  # noqa: ANN401 - whatever is remembered
    """Return the bytes that something remembered takes, about."""
    if isinstance(made, Answer):
        return THING_BYTES * (1 + len(made.rows) + len(made.totals)) + POINT_BYTES * sum(
            len(step.points) for step in made.series
        )
    things = made if isinstance(made, Sized) else ()
    gaps = sum(len(one.gaps) for one in made if isinstance(one, Completeness)) if isinstance(made, tuple) else 0
    return THING_BYTES * (1 + len(things) + gaps)
