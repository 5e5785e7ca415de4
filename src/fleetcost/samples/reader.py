"""One row of an answer while it becomes a record."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import TypeVar

from fleetcost.model.allocation import Labels

Record = TypeVar("Record")
Convert = Callable[["RowReader"], Record]
"""How a row becomes a record."""


class RowReader:
    """
    One row while it becomes a record.

    Label values repeat in thousands of rows, so each text is kept once.
    """

    __slots__ = ("labels", "points", "value")

    def __init__(self, labels: Labels, value: float, points: tuple[tuple[float, float], ...] = ()) -> None:
        self.labels = labels
        self.value = value
        self.points = points

    def text(self, label: str, *fallbacks: str) -> str:
        """Return a label's value, or that of the first fallback that has one, or an empty text."""
        value = self.labels.get(label)
        if value:
            return intern(value)
        return self.text(*fallbacks) if fallbacks else ""

    def name(self, label: str, *fallbacks: str) -> str:
        """
        Return the value of a label that names the object.

        Raises:
            UnnamedError: none of the labels is there.
        """
        value = self.labels.get(label) or self.text(label, *fallbacks)
        if not value:
            raise UnnamedError(label)
        return intern(value)

    def starting(self, prefix: str) -> Labels:
        """Return the labels that start with a prefix, without it."""
        return {
            intern(name[len(prefix) :]): intern(value)
            for name, value in self.labels.items()
            if name.startswith(prefix) and len(name) > len(prefix)
        }


class UnnamedError(Exception):
    """A row lacks the label that names its object; the runner counts it."""
