"""What a decoder returns: structs as values in wire order, beside the names they have in that version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from fleetcost.sets.bingen.grammar import Field

Value = Any
"""
What the tables say it is: float, bool, str, `WireTime`, `Record`, tuple (slice), dict (map), or None where absent.

Equal label maps of a file are one dict, so nobody may change one.
"""

_YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)
_YEAR_10000_SECONDS = 315_537_897_600


class WireTime(NamedTuple):
    """
    A time as the file has it: an instant, and the zone it is to be shown in.

    Attributes:
        seconds: since the year 1, UTC; 0 is the format's "not set"
        nanoseconds: 0 to 999,999,999
        offset_seconds: of the zone, east positive; does not move the instant
    """

    seconds: int
    nanoseconds: int
    offset_seconds: int

    @property
    def in_calendar(self) -> bool:
        """Whether the time has a year from 1 to 9999, in UTC and in its zone."""
        local = self.seconds + self.offset_seconds
        return min(self.seconds, local) >= 0 and max(self.seconds, local) < _YEAR_10000_SECONDS

    def instant(self) -> datetime | None:
        """Return the aware time in UTC, cut to microseconds, or None where it is not set."""
        if not (self.seconds or self.nanoseconds):
            return None
        return _YEAR_1 + timedelta(seconds=self.seconds, microseconds=self.nanoseconds // 1000)

    def rfc3339(self) -> str:
        """Write the time in its zone with as many decimals as it needs; zones with seconds are written `+hh:mm:ss`."""
        local = _YEAR_1 + timedelta(seconds=self.seconds + self.offset_seconds)
        fraction = f".{self.nanoseconds:09}".rstrip("0") if self.nanoseconds else ""
        return local.strftime(f"{local.year:04}-%m-%dT%H:%M:%S") + fraction + _zone(self.offset_seconds)


def _zone(offset_seconds: int) -> str:
    """Write a zone's offset."""
    if not offset_seconds:
        return "Z"
    minutes, seconds = divmod(abs(offset_seconds), 60)
    text = f"{'-' if offset_seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


class RecordLayout:
    """
    One struct in one version: its fields, in the order of a record's values.

    Attributes:
        struct: the struct's name
        version: the version byte that its instances carry
        fields, names: what it has in this version
        places: position of each name
    """

    __slots__ = ("fields", "names", "places", "struct", "version")

    def __init__(self, struct: str, version: int, fields: tuple[Field, ...]) -> None:
        self.struct = struct
        self.version = version
        self.fields = fields
        self.names = tuple(field.name for field in fields)
        self.places = {name: place for place, name in enumerate(self.names)}

    def picker(self, names: tuple[str, ...], absent: Value = 0.0) -> Callable[[tuple[Value, ...]], tuple[Value, ...]]:
        """
        Return a function that takes the named fields out of a record's values, in this order.

        A field that this version does not have is taken to be `absent`.
        """
        behind = len(self.names)
        places = [self.places.get(name, behind) for name in names]
        if len(places) == 1:  # itemgetter of one place returns its value bare
            return lambda values: ((*values, absent)[places[0]],)
        get = itemgetter(*places)
        return get if behind not in places else lambda values: get((*values, absent))

    def __repr__(self) -> str:
        return f"{self.struct} {self.version}"


class Record(NamedTuple):
    """An instance of a struct."""

    layout: RecordLayout
    values: tuple[Value, ...]

    def value(self, name: str, absent: Value = None) -> Value:
        """Return a field by its name, or `absent` where this version does not have it."""
        place = self.layout.places.get(name)
        return absent if place is None else self.values[place]
