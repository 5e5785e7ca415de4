"""Places in a tree: each step says what kind of part it is and which one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from fleetcost.errors import QuestionError
from fleetcost.model.window import rfc3339
from fleetcost.query.charges import Focus

KINDS = ("part", "source", "resource", "basis", "cluster", "price", "window", "node", "row", "piece")
"""The kinds of a step, from the outside in."""

DEEPEST = len(KINDS)
"""Steps a path can have."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """
    One step from a part to one of its parts.

    Attributes:
        kind: one of `KINDS`
        value: tells it from its siblings
        label: what people read; empty where that is the value
    """

    kind: str
    value: str
    label: str = ""

    @property
    def id(self) -> str:
        """The step as it stands in a path."""
        return f"{self.kind}={quote(self.value, safe=':')}"


Path = tuple[str, ...]
"""The ids of the steps from the root to a part."""


def parse_path(text: str) -> Path:
    """
    Read a path, as a part's `path` has it; the empty text is the root.

    Raises:
        QuestionError: it cannot be one.
    """
    steps = tuple(step for step in text.split("/") if step)
    for step in steps:
        if step.partition("=")[0] not in KINDS or len(steps) > DEEPEST:
            raise QuestionError("path", text, "the path of a part as an earlier answer gave it, or nothing")
    return steps


def written(path: Iterable[str]) -> str:
    """Return a path as text."""
    return "/".join(path)


def value_of(path: Path, kind: str) -> str | None:
    """Return the value of the step of a kind, None where the path has none."""
    return next((unquote(step.partition("=")[2]) for step in path if step.partition("=")[0] == kind), None)


def focus_of(path: Path) -> Focus:
    """
    Return the part of the fleet that a path is inside of.

    Raises:
        QuestionError: its window is none.
    """
    start, node = value_of(path, "window"), value_of(path, "node")
    try:
        at = None if start is None else datetime.fromisoformat(start).astimezone(UTC)
    except ValueError:
        raise QuestionError("path", str(start), "the path of a part as an earlier answer gave it") from None
    return Focus(value_of(path, "cluster"), at, node)


def window_step(start: datetime) -> PathStep:
    """Return the step to one window."""
    return PathStep("window", rfc3339(start))
