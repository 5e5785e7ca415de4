"""Which windows of the lake must be written again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fleetcost.lake.manifest import Manifest, window_mark
from fleetcost.tables.lake import WHOLE, LakeWindow


@dataclass(frozen=True, slots=True)
class LakePlan:
    """
    What is to do.

    Attributes:
        windows: to write, newest first
        whole: tables to write as a whole
        gone: marks of windows that are no longer there
    """

    windows: tuple[LakeWindow, ...]
    whole: tuple[str, ...]
    gone: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.windows or self.whole or self.gone)


def plan(states: Iterable[LakeWindow], whole: dict[str, str], manifest: Manifest | None) -> LakePlan:
    """
    Compare the tables with the manifest.

    Args:
        states: every window of the tables
        whole: the marks of the tables that are to be written as a whole
        manifest: what is in the bucket, None for nothing
    """
    marks = manifest.marks if manifest else {}
    known = {window_mark(state.resolution, state.window): state for state in states}
    changed = [state for key, state in known.items() if marks.get(key) != state.mark]
    changed.sort(key=lambda state: (state.window.start, state.resolution), reverse=True)
    gone = frozenset(key for key in marks if key not in known and key not in WHOLE)
    tables = tuple(name for name, mark in whole.items() if marks.get(name) != mark)
    return LakePlan(tuple(changed), tables, gone)
