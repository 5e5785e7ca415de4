"""Which windows of which clusters stand behind a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.answer import Completeness, Gap
from fleetcost.query.question import Frame
from fleetcost.tables.ledger import Entry, EntryState, LedgerPart, WholeWindow, clusters

LATE_AFTER = timedelta(hours=2)
"""A set is late when nothing of it has arrived this long after it could have begun to arrive."""

MISSING_AFTER = timedelta(days=2)
"""A set that is this late is missing."""

SCRAPE_SLACK_MINUTES = 3
"""A running window may be this far behind the clock without missing anything."""


WHOLE = frozenset({WindowState.COMPLETE, WindowState.ESTIMATED})
"""States of a window that lacks nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """
    The state of one cluster-window.

    Attributes:
        window, state, cause: which, how, why
        entry: the ledger's emptier entry, None where there is none
        running: the window is not over and its set is fresh
    """

    window: Window
    state: WindowState
    cause: str
    entry: Entry | None
    running: bool = False

    @property
    def coverage_minutes(self) -> float:
        """Minutes observed."""
        return self.entry.coverage_minutes if self.entry and self.entry.state is EntryState.INGESTED else 0.0

    @property
    def estimated_minutes(self) -> float:
        """Minutes not observed for which there are estimates."""
        return self.entry.estimated_minutes if self.entry and self.entry.state is EntryState.INGESTED else 0.0


@dataclass(frozen=True, slots=True)
class Covered:
    """
    How much of one cluster-window stands behind its costs, as parts of its minutes.

    Attributes:
        observed: minutes observed; all of a window in which the cluster was declared gone, whose costs are known: none
        estimated: minutes for which there are estimates
    """

    observed: float
    estimated: float = 0.0


@dataclass(frozen=True, slots=True)
class Life:
    """
    When sets of a cluster are expected.

    Attributes:
        born: before this time none is, None where nothing is known
        retired: from this time on none is, None while the cluster is in service
    """

    born: datetime | None = None
    retired: datetime | None = None


def completeness(
    entries: Iterable[Entry],
    frame: Frame,
    kinds: tuple[SetKind, ...],
    now: datetime,
    retired: Mapping[ClusterId, datetime] | None = None,
) -> tuple[Completeness, ...]:
    """
    Judge every known cluster over a frame.

    Args:
        entries: the ledger
        frame: the windows asked about
        kinds: the kinds of set the answer needs; a window is as good as its worst
        now: the clock's reading
        retired: clusters that were declared gone, and when
    """
    known = tuple(entries)
    born: dict[ClusterId, datetime | None] = dict.fromkeys(clusters(known))
    return judge(LedgerPart({}, known, born | births(known, frame.resolution)), frame, kinds, now, retired or {})


def judge(
    part: LedgerPart,
    frame: Frame,
    kinds: tuple[SetKind, ...],
    now: datetime,
    retired: Mapping[ClusterId, datetime],
) -> tuple[Completeness, ...]:
    """Judge every known cluster over a frame; windows that are known to be whole need no judgement."""
    return tuple(
        _judge(cluster, own, part.whole.get(cluster, ()), now)
        for cluster, own in cells_of(part, frame, kinds, now, retired).items()
    )


def _others(windows: list[Window], whole: Sequence[WholeWindow]) -> list[Window]:
    if len(whole) == len(windows):
        return []
    known = {one.window.start for one in whole}
    return [window for window in windows if window.start not in known]


def observed(
    part: LedgerPart, frame: Frame, kinds: tuple[SetKind, ...], now: datetime, retired: Mapping[ClusterId, datetime]
) -> Mapping[ClusterId, frozenset[Window]]:
    """Return each known cluster's windows that lack nothing."""
    return {
        cluster: frozenset(one.window for one in part.whole.get(cluster, ()))
        | {cell.window for cell in own if cell.state in WHOLE}
        for cluster, own in cells_of(part, frame, kinds, now, retired).items()
    }


def coverages(
    part: LedgerPart, frame: Frame, kinds: tuple[SetKind, ...], now: datetime, retired: Mapping[ClusterId, datetime]
) -> Mapping[ClusterId, Mapping[Window, Covered]]:
    """Return how much of each known cluster's windows stands behind costs, the oldest first."""
    return {
        cluster: dict(
            sorted(
                [
                    (one.window, Covered(one.coverage_minutes / one.window.minutes))
                    for one in part.whole.get(cluster, ())
                ]
                + [(cell.window, _covered(cell)) for cell in own]
            )
        )
        for cluster, own in cells_of(part, frame, kinds, now, retired).items()
    }


def cells_of(
    part: LedgerPart, frame: Frame, kinds: tuple[SetKind, ...], now: datetime, retired: Mapping[ClusterId, datetime]
) -> Mapping[ClusterId, list[Cell]]:
    """Return the state of each window of each known cluster, but of those that `part` calls whole."""
    windows = [window for window in frame.window.split(frame.resolution) if window.start < now]
    index = index_of(part.entries, frame.resolution)
    return {
        cluster: cells(
            _others(windows, part.whole.get(cluster, ())), index, cluster, kinds, Life(born, retired.get(cluster)), now
        )
        for cluster, born in part.born.items()
    }


def births(entries: Iterable[Entry], resolution: Resolution) -> dict[ClusterId, datetime]:
    """
    Return the time before which no set of this resolution is expected, by cluster.

    A day proves that its cluster was there when it ended, an hour that it was there on its day: so a cluster whose
    hours are all gone is silent, not unborn.
    """
    born: dict[ClusterId, datetime] = {}
    for entry in entries:
        if entry.state is not EntryState.DELETED:
            seen = _seen(entry.key.window, entry.key.resolution, resolution)
            born[entry.key.cluster] = min(seen, born.get(entry.key.cluster, seen))
    return born


def _seen(window: Window, resolution: Resolution, asked: Resolution) -> datetime:
    if resolution is asked:
        return window.start
    return window.end if asked is Resolution.HOUR else Resolution.DAY.floor(window.start)


def cells(
    windows: Iterable[Window],
    index: Mapping[tuple[ClusterId, SetKind, Window], Entry],
    cluster: ClusterId,
    kinds: tuple[SetKind, ...],
    life: Life,
    now: datetime,
) -> list[Cell]:
    """Return the state of each window of one cluster; windows that cannot have arrived yet are left out."""
    states = []
    for window in windows:
        found = [index.get((cluster, kind, window)) for kind in kinds]
        cell = _cell(window, found, life, now)
        if cell is not None:
            states.append(cell)
    return states


def index_of(entries: Iterable[Entry], resolution: Resolution) -> dict[tuple[ClusterId, SetKind, Window], Entry]:
    """Return the entries of one resolution by what they are about; what left the bucket is not among them."""
    return {
        (entry.key.cluster, entry.key.kind, entry.key.window): entry
        for entry in entries
        if entry.key.resolution is resolution and entry.state is not EntryState.DELETED
    }


def _cell(window: Window, found: list[Entry | None], life: Life, now: datetime) -> Cell | None:
    present = [entry for entry in found if entry is not None]
    for state, name in ((EntryState.DAMAGED, WindowState.DAMAGED), (EntryState.REFUSED, WindowState.REFUSED)):
        for entry in present:
            if entry.state is state:
                return Cell(window, name, entry.reason, entry)
    if len(present) < len(found):
        return _absent(window, present, life, now)
    worst = min(present, key=lambda entry: (entry.final, entry.coverage_minutes))
    if len({entry.currency for entry in present if entry.currency}) > 1:
        each = " and ".join(f"its {entry.key.kind} are in {entry.currency}" for entry in present)
        cause = f"{each}: what is idle is not known; give its agent one currency and repair the window"
        return Cell(window, WindowState.PARTIAL, cause, worst)
    if not worst.final:
        return _unfinished(window, worst, life, now)
    if worst.coverage_minutes < window.minutes:
        cause = f"{worst.coverage_minutes:.0f} of {window.minutes:.0f} minutes were observed"
        cause += f", {worst.estimated_minutes:.0f} are estimated" if worst.estimated_minutes else ""
        return Cell(window, WindowState.PARTIAL, cause, worst)
    return Cell(window, WindowState.COMPLETE, "", worst)


def _unfinished(window: Window, entry: Entry, life: Life, now: datetime) -> Cell:
    built_at = entry.built_at or entry.written_at
    if life.retired is not None and built_at <= life.retired < now:
        return Cell(window, WindowState.PARTIAL, f"the cluster was retired at {rfc3339(life.retired)}", entry)
    if now < built_at + LATE_AFTER:
        cause = "the window is not over" if now < window.end else "the window has just ended"
        return Cell(window, WindowState.PARTIAL, cause, entry, running=True)
    cause = f"nothing newer than {rfc3339(built_at)} has arrived"
    return Cell(window, WindowState.LATE if now < window.end + MISSING_AFTER else WindowState.PARTIAL, cause, entry)


def _absent(window: Window, present: list[Entry], life: Life, now: datetime) -> Cell | None:
    if life.born is None or window.end <= life.born:
        return Cell(window, WindowState.BEFORE_FIRST_SEEN, "", None)
    if life.retired is not None and window.end > life.retired and not present:
        return Cell(window, WindowState.RETIRED, f"the cluster was retired at {rfc3339(life.retired)}", None)
    if now < window.start + LATE_AFTER:
        return None
    cause = f"only the {present[0].key.kind} set has arrived" if present else "no set has arrived"
    if now < window.end + MISSING_AFTER:
        return Cell(window, WindowState.LATE, cause, None)
    return Cell(window, WindowState.MISSING, cause, None)


def _judge(cluster: ClusterId, judged: list[Cell], whole: Sequence[WholeWindow], now: datetime) -> Completeness:
    counts: dict[WindowState, int] = {WindowState.COMPLETE: len(whole)} if whole else {}
    for cell in judged:
        counts[cell.state] = counts.get(cell.state, 0) + 1
    expected = [cell for cell in judged if cell.state not in {WindowState.BEFORE_FIRST_SEEN, WindowState.RETIRED}]
    there = [cell.window for cell in expected if cell.coverage_minutes + cell.estimated_minutes > 0]
    there += [one.window for one in whole]
    return Completeness(
        cluster=cluster,
        counts=counts,
        gaps=tuple(Gap(c.window, c.state, c.cause, c.running) for c in expected if c.state is not WindowState.COMPLETE),
        first=min(window.start for window in there) if there else None,
        last=min(max(window.end for window in there), now) if there else None,
        coverage_minutes=sum((cell.coverage_minutes for cell in expected), 0.0)
        + sum(one.coverage_minutes for one in whole),
        expected_minutes=sum((_expected_minutes(cell, now) for cell in expected), 0.0)
        + sum(one.window.minutes for one in whole),
        estimated_minutes=sum((cell.estimated_minutes for cell in expected), 0.0),
    )


def _covered(cell: Cell) -> Covered:
    if cell.state is WindowState.RETIRED:
        return Covered(1.0)
    return Covered(cell.coverage_minutes / cell.window.minutes, cell.estimated_minutes / cell.window.minutes)


def _expected_minutes(cell: Cell, now: datetime) -> float:
    """Return the minutes that should have been observed: of a running window those until its set was built."""
    if not cell.running or cell.entry is None:
        return Window(cell.window.start, min(cell.window.end, now)).minutes
    until = min(cell.entry.built_at or cell.entry.written_at, cell.window.end)
    minutes = max(0.0, (until - cell.window.start).total_seconds() / 60)
    # The newest samples are up to a scrape behind, which is no gap.
    return cell.coverage_minutes if minutes - cell.coverage_minutes <= SCRAPE_SLACK_MINUTES else minutes
