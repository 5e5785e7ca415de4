"""One step of a compiled question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """A table that is made on the way: its name and the query that makes it."""

    name: str
    query: str
