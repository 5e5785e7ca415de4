"""
Repair: building named windows again, with the difference shown before anything is replaced.

A repair never makes things worse: a set that saw less than the one that is there is kept out unless forced, and a
window the source no longer holds is refused with what it does hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fleetcost.agent.build import Builder
from fleetcost.agent.plan import BuildHour, BuildTiming
from fleetcost.bucket.port import Bucket
from fleetcost.documents.repairs import RepairedSet
from fleetcost.errors import CallerError
from fleetcost.model.sets import SetHeader
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.samples.retention import coverage_minutes, retained
from fleetcost.sets.publish import decide, header_at

LONGEST_HOURS = 24 * 400


@dataclass(frozen=True, slots=True)
class Repair:
    """
    One order to repair.

    Attributes:
        window: what to build again
        force: replace even a fuller set
        dry_run: build and compare, write nothing
    """

    window: Window
    force: bool = False
    dry_run: bool = False

    def begun(self, now: datetime) -> Window:
        """
        Return the part of the window that has begun; nothing is split before its length is known.

        Raises:
            CallerError: none has begun, or there is too much for one order.
        """
        begun = self.window.clamp(self.window.start, now)
        if begun is None:
            raise CallerError(f"repair {self.window}: it has not begun")
        if begun.hours > LONGEST_HOURS:
            raise CallerError(f"repair {self.window}: {begun.hours:.0f} hours, accepted are {LONGEST_HOURS} at once")
        return begun

    def hours(self, timing: BuildTiming, now: datetime) -> tuple[BuildHour, ...]:
        """
        Return the hours to build, those that have not begun left out.

        Raises:
            CallerError: none has begun, or there are too many for one order.
        """
        return tuple(BuildHour(hour, timing.final(hour, now)) for hour in self.begun(now).split(Resolution.HOUR))


def check_held(builder: Builder, repair: Repair, now: datetime) -> None:
    """
    Refuse a window of which the source holds nothing.

    Raises:
        CallerError: with what the source still holds.
        SourceError: the source did not answer.
    """
    for day in repair.begun(now).split(Resolution.DAY):
        if coverage_minutes(builder.source, day, Resolution.HOUR.seconds) > 0:
            return
    there = retained(builder.source, now)
    coverage = f"coverage is {there}" if there else "it holds nothing at all"
    raise CallerError(
        f"cannot repair {repair.window}: {builder.source.name} holds no samples of it, {coverage}; "
        "sets that are in the bucket are kept as they are"
    )


def compare(builder: Builder, store: Bucket, hour: BuildHour, *, force: bool, now: datetime) -> list[RepairedSet]:
    """Build one hour and say what would become of its sets; nothing is written."""
    differences = []
    for cost_set in builder.hour(hour.window, store, final=hour.final, now=now).sets:
        there = header_at(store, cost_set.header.key)
        outcome = decide(there, cost_set.header, force=force)
        differences.append(difference(there, cost_set.header, outcome.value))
    return differences


def difference(there: SetHeader | None, new: SetHeader, outcome: str) -> RepairedSet:
    """Put two headers of one set side by side."""
    window = new.key.window
    return RepairedSet(
        kind=new.key.kind.value,
        start=rfc3339(window.start),
        end=rfc3339(window.end),
        outcome=outcome,
        rows_before=there.rows if there else None,
        rows_after=new.rows,
        cost_before=str(there.total_cost) if there else None,
        cost_after=str(new.total_cost),
        coverage_before=there.coverage_minutes if there else None,
        coverage_after=new.coverage_minutes,
    )
