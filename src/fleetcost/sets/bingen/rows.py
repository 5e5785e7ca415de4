"""What allocations and assets have in common when they are converted: the set's facts, a row's run, its texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fleetcost.errors import SetDamagedError
from fleetcost.model.window import Window
from fleetcost.sets.bingen.decode import Decoded
from fleetcost.sets.bingen.findings import Findings, SetFindingKind
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.record import Record, WireTime

_ROWS = {BingenKind.ALLOCATIONS: "Allocations", BingenKind.ASSETS: "Assets"}


@dataclass(frozen=True, slots=True)
class SetFacts:
    """
    What a foreign set says about itself.

    Attributes:
        window: what it covers, None where the writer left it open
        clusters: every cluster its rows name, in ascending order; a good set has one, an empty set none
        rows: number of entries, dropped ones included
        from_source: the writer's own word for its source, mostly empty
        version: the version it was written in
    """

    window: Window | None
    clusters: tuple[str, ...]
    rows: int
    from_source: str
    version: int


def facts(decoded: Decoded) -> SetFacts:
    """Return what an allocation or asset set says about itself."""
    entries = _entries(decoded)
    owners = (entry.value("Properties") for entry in entries.values() if entry is not None)
    clusters = {owner.value("Cluster") for owner in owners if owner is not None}
    top = decoded.top
    return SetFacts(_window(top), tuple(sorted(clusters)), len(entries), top.value("FromSource"), top.layout.version)


def _entries(decoded: Decoded) -> dict[str, Record | None]:
    """Return the set's entries by their keys."""
    if decoded.kind not in _ROWS:
        raise ValueError(f"{decoded.path} is a set of {decoded.kind}; rows are made of " + " and ".join(_ROWS))
    return decoded.top.value(_ROWS[decoded.kind]) or {}


def _window(top: Record) -> Window | None:
    """Return the set's window, or None where an end is not set."""
    ends: list[WireTime | None] = list(top.value("Window").values)
    start, end = (None if time is None else time.instant() for time in ends)
    return Window(start, end) if start and end and start < end else None


@dataclass(frozen=True, slots=True)
class RowRun:
    """When a row ran inside the window."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.end - self.start).total_seconds() / 3600


class Conversion:
    """
    The conversion of one set: its window, and where findings go.

    Args:
        decoded: an allocation or asset set
        findings: collects what the file and its rows have that ours do not

    Raises:
        SetDamagedError: the set has rows, and no window to place them in.
    """

    def __init__(self, decoded: Decoded, findings: Findings) -> None:
        self.findings = findings
        self._facts = facts(decoded)
        self._entries = _entries(decoded)
        if self._entries and self._facts.window is None:
            raise SetDamagedError(
                f"convert {decoded.path}: its window is open or empty, accepted is a start and a later end"
            )
        findings.add_file(decoded)
        clusters = self._facts.clusters
        findings.add(SetFindingKind.SEVERAL_CLUSTERS, ", ".join(clusters[:3]), int(len(clusters) > 1))
        self._runs: dict[tuple[WireTime, WireTime], tuple[RowRun, bool]] = {}

    def rows(self) -> Iterator[tuple[str, Record, RowRun]]:
        """
        Iterate the set's entries: key, values, and when it ran.

        They come in the order of their keys, because the file's own changes with every write. Nil ones are findings.
        """
        window = self._facts.window
        if window is None:
            return  # and no rows: the constructor has seen to that
        for name in sorted(self._entries):
            entry = self._entries[name]
            if entry is None:
                self.findings.add(SetFindingKind.NIL_ROW, name)
            else:
                yield name, entry, self._run(name, entry, window)

    def _run(self, name: str, record: Record, window: Window) -> RowRun:
        """Return when a row ran, moved into the window; types that do not say so ran all the time."""
        times = record.value("Start"), record.value("End")
        if times[0] is None or times[1] is None:
            return RowRun(window.start, window.end)
        known = self._runs.get(times)
        if known is None:
            run = _clamped(*times, window)
            known = self._runs[times] = run, (run.start, run.end) != (times[0].instant(), times[1].instant())
        run, moved = known
        if moved:
            self.findings.add(SetFindingKind.RUN_CLAMPED, f"{name}: {times[0].rfc3339()} to {times[1].rfc3339()}")
        return run


def _clamped(first: WireTime, last: WireTime, window: Window) -> RowRun:
    """Return a run inside the window: an end that is not set, outside or before the start becomes the window's."""
    start, end = first.instant(), last.instant()
    if start is None or not window.start <= start <= window.end:
        start = window.start
    if end is None or not start <= end <= window.end:
        end = window.end
    return RowRun(start, end)
