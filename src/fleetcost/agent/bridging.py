"""Bridging a silence of the source: finding its two sides, and carrying over it what is the same on both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleetcost.costing.bridge import carried
from fleetcost.model.samples import Samples, Silence
from fleetcost.model.window import Resolution, Window
from fleetcost.samples.read import read
from fleetcost.samples.silence import silences, steps_seen
from fleetcost.samples.source import Source


@dataclass(frozen=True, slots=True)
class Bridging:
    """
    How silences of a source are bridged.

    An hour that was not observed whole is looked at closer: when the source was silent in it, and what it saw in the
    nearest hours before and after. All of it is asked of the source, so an hour is the same in whichever order hours
    are built.

    Attributes:
        source: where samples are read
        longest: silences that are longer stay gaps; none at all is bridged where it is zero
    """

    source: Source
    longest: timedelta

    def bridged(self, samples: Samples, now: datetime) -> Samples:
        """
        Return the samples of an hour with what was the same on both sides of its silences drawn across them.

        Args:
            samples: of the hour
            now: the clock's reading: what is after it is on no side

        Raises:
            SourceError: the source did not answer.
        """
        window = samples.window
        if not self.longest or samples.partial or samples.coverage_minutes >= window.minutes:
            return samples
        found = silences(self.source, window, samples.resolution_seconds)
        inside = tuple(one for one in found if one.start > window.start_epoch and one.end < window.end_epoch)
        drawn = replace(samples, bridged=inside)
        for silence in found:
            if silence not in inside:
                drawn = self._across(drawn, samples, silence, now)
        return drawn

    def _across(self, drawn: Samples, seen: Samples, silence: Silence, now: datetime) -> Samples:
        """Return the samples with a silence at the window's edge bridged, if it has two sides and is not too long."""
        window = seen.window
        hours = range(1, -(-int(self.longest.total_seconds()) // Resolution.HOUR.seconds) + 1)
        before = after = seen
        if silence.start <= window.start_epoch:
            found = self._nearest((_shifted(window, -hour) for hour in hours), seen, now)
            if found is None:
                return drawn
            before, silence = found, Silence(self._silent_from(found), silence.end)
        if silence.end >= window.end_epoch:
            found = self._nearest((_shifted(window, hour) for hour in hours), seen, now)
            if found is None:
                return drawn
            after, silence = found, Silence(silence.start, self._silent_until(found))
        too_long = silence.end - silence.start > self.longest.total_seconds()
        return drawn if too_long else carried(drawn, before, after, silence)

    def _nearest(self, hours: Iterable[Window], seen: Samples, now: datetime) -> Samples | None:
        """Return the samples of the first of some hours that was observed at all."""
        step = seen.resolution_seconds
        for hour in hours:
            if hour.start < now and steps_seen(self.source, hour, step):
                return read(self.source, hour, step)
        return None

    def _silent_from(self, before: Samples) -> float:
        found = silences(self.source, before.window, before.resolution_seconds)
        end = before.window.end_epoch
        return found[-1].start if found and found[-1].end >= end else end

    def _silent_until(self, after: Samples) -> float:
        found = silences(self.source, after.window, after.resolution_seconds)
        start = after.window.start_epoch
        return found[0].end if found and found[0].start <= start else start


def _shifted(window: Window, hours: int) -> Window:
    shift = timedelta(hours=hours)
    return Window(window.start + shift, window.end + shift)
