"""How often the garbage collector looks."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from fleetcost.ops.garbage import NEW_OBJECTS, collect_rarely


class _Cycle:
    """Refers to itself, so only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def rarely() -> Iterator[None]:
    """The process collects rarely for the length of a test."""
    before = gc.get_threshold()
    collect_rarely()
    gc.collect()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("rarely")
def test_rows_are_made_without_a_look() -> None:
    """Making as many rows as half the threshold runs no collection."""
    looks: list[str] = []

    def look(phase: str, _info: object) -> None:
        looks.append(phase)

    gc.callbacks.append(look)
    rows = [[i] for i in range(NEW_OBJECTS // 2)]
    gc.callbacks.remove(look)
    assert (len(rows), looks) == (NEW_OBJECTS // 2, [])


@pytest.mark.usefixtures("rarely")
def test_cycles_are_still_freed() -> None:
    """Cycles that nothing refers to any more are gone by the time the threshold's number of others has been made."""
    cycles = [_Cycle() for _ in range(100)]
    watched = [weakref.ref(one) for one in cycles]
    cycles.clear()
    kept = [[i] for i in range(NEW_OBJECTS + 1000)]
    assert (len(kept), [one() for one in watched if one()]) == (NEW_OBJECTS + 1000, [])
