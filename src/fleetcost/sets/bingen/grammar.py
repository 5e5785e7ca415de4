"""The shapes that the field tables are written in; a table reads like the format's own declaration."""

from __future__ import annotations

import enum
from dataclasses import dataclass

LAST = 255
"""Highest version a struct can name: its version is one byte."""


class Scalar(enum.Enum):
    """A value without parts."""

    F64 = "f64"
    I32 = "i32"
    BOOL = "bool"
    TEXT = "str"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A value that may be absent: a flag, then the value if the flag is 1."""

    to: Shape


@dataclass(frozen=True, slots=True)
class Slice:
    """A list that may be absent: flag, count, elements."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping that may be absent: flag, count, then key and value in turns."""

    key: Shape
    value: Shape


@dataclass(frozen=True, slots=True)
class Interface:
    """One of several structs, or none: flag, type name (always inline), then the struct of that name."""

    choices: tuple[Struct, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of a struct.

    Attributes:
        name: as the format's own source calls it
        since, until: first and last version of the struct that has the field
    """

    name: str
    shape: Shape
    since: int = 0
    until: int = LAST


@dataclass(frozen=True, slots=True)
class Version:
    """
    One version of a version set.

    Attributes:
        number: the byte in the file
        seen: the first build that wrote it
        brought: what came with it
    """

    number: int
    seen: str
    brought: str


@dataclass(frozen=True, slots=True)
class VersionSet:
    """Structs whose versions are counted together; every instance carries its set's version."""

    name: str
    history: tuple[Version, ...]

    @property
    def oldest(self) -> int:
        """The lowest version this build reads."""
        return self.history[0].number

    @property
    def newest(self) -> int:
        """The highest version this build reads."""
        return self.history[-1].number

    @property
    def accepted(self) -> range:
        """Every version this build reads."""
        return range(self.oldest, self.newest + 1)

    def __str__(self) -> str:
        return f"{self.oldest}" if self.oldest == self.newest else f"{self.oldest} to {self.newest}"


@dataclass(frozen=True, slots=True, eq=False)
class Struct:
    """
    A record: its version, then its fields in this order, those of the version only.

    Attributes:
        often_bytes: the length it nearly always has, if equal instances are common: those are decoded once
    """

    name: str
    versions: VersionSet
    fields: tuple[Field, ...]
    often_bytes: int = 0

    def at(self, version: int) -> tuple[Field, ...]:
        """Return the fields that an instance of this version has."""
        return tuple(field for field in self.fields if field.since <= version <= field.until)


Shape = Scalar | Pointer | Slice | Map | Interface | Struct

F64, I32, BOOL, TEXT, TIME = Scalar.F64, Scalar.I32, Scalar.BOOL, Scalar.TEXT, Scalar.TIME
TEXTS = Slice(TEXT)
TEXT_MAP = Map(TEXT, TEXT)


def each(shape: Shape, *names: str, since: int = 0, until: int = LAST) -> tuple[Field, ...]:
    """Return one field of the same shape and the same versions for every name."""
    return tuple(Field(name, shape, since, until) for name in names)
