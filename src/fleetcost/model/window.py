"""Time: half-open windows in UTC and the two resolutions of sets."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class Resolution(enum.StrEnum):
    """The width of a set."""

    HOUR = "1h"
    DAY = "1d"

    @property
    def delta(self) -> timedelta:
        """The width as a time difference."""
        return timedelta(hours=1) if self is Resolution.HOUR else timedelta(days=1)

    @property
    def seconds(self) -> int:
        """The width in seconds."""
        return int(self.delta.total_seconds())

    def floor(self, instant: datetime) -> datetime:
        """Return the start of the window of this width that holds `instant`."""
        epoch = int(instant.timestamp())
        return datetime.fromtimestamp(epoch - epoch % self.seconds, UTC)

    def ceil(self, instant: datetime) -> datetime:
        """Return `instant` if it is a boundary of this width, else the next boundary."""
        floor = self.floor(instant)
        return floor if floor == instant else floor + self.delta

    def window_of(self, instant: datetime) -> Window:
        """Return the window of this width that holds `instant`."""
        start = self.floor(instant)
        return Window(start, start + self.delta)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """
    A half-open time interval `[start, end)` in UTC.

    Args:
        start: aware time, included
        end: aware time, excluded, after `start`
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"window {self.start} to {self.end}: both ends need a time zone")
        if self.start >= self.end:
            raise ValueError(f"window {self.start} to {self.end}: the end must be after the start")

    @classmethod
    def of_epochs(cls, start_epoch: int, end_epoch: int) -> Window:
        """Build from two Unix times in seconds."""
        return cls(datetime.fromtimestamp(start_epoch, UTC), datetime.fromtimestamp(end_epoch, UTC))

    @property
    def start_epoch(self) -> int:
        """Start as a Unix time in seconds."""
        return int(self.start.timestamp())

    @property
    def end_epoch(self) -> int:
        """End as a Unix time in seconds."""
        return int(self.end.timestamp())

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.end - self.start).total_seconds()

    @property
    def minutes(self) -> float:
        """Length in minutes."""
        return self.seconds / 60

    @property
    def hours(self) -> float:
        """Length in hours."""
        return self.seconds / 3600

    @property
    def resolution(self) -> Resolution | None:
        """The resolution whose aligned window this is, or None."""
        for resolution in Resolution:
            if resolution.window_of(self.start) == self:
                return resolution
        return None

    def holds(self, other: Window) -> bool:
        """Tell whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Window) -> bool:
        """Tell whether the two share any time."""
        return self.start < other.end and other.start < self.end

    def clamp(self, start: datetime, end: datetime) -> Window | None:
        """Return the part of `[start, end)` inside this window, or None where there is none."""
        low, high = max(self.start, start), min(self.end, end)
        return Window(low, high) if low < high else None

    def split(self, resolution: Resolution) -> tuple[Window, ...]:
        """Return the aligned windows of a resolution that meet this one, oldest first."""
        windows = []
        start = resolution.floor(self.start)
        while start < self.end:
            windows.append(Window(start, start + resolution.delta))
            start += resolution.delta
        return tuple(windows)

    def __str__(self) -> str:
        return f"[{rfc3339(self.start)}, {rfc3339(self.end)})"


def rfc3339(instant: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC, with `Z`, without a fraction where it has none."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
