"""What a foreign set holds that ours does not: typed, counted, with the first example of each."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fleetcost.sets.bingen.decode import Decoded


class SetFindingKind(enum.StrEnum):
    """What was found while a foreign set was converted."""

    IDLE_ROW = "idle row"
    NIL_ROW = "nil row"
    NIL_SHARE = "nil share"
    NO_PROPERTIES = "no properties"
    NO_TYPE = "no type"
    NOT_EXACT = "not exact"
    RUN_CLAMPED = "run clamped"
    SHARED_COST = "shared cost"
    SEVERAL_CLUSTERS = "several clusters"
    WRITER_WARNING = "writer warning"
    WRITER_ERROR = "writer error"
    CUT_TEXT = "cut text"
    REPLACED_TEXT = "replaced text"
    GUESSED_LAYOUT = "guessed layout"

    @property
    def meaning(self) -> str:
        """One sentence for people; the documentation's table is made of these."""
        return _MEANINGS[self]


_MEANINGS = {
    SetFindingKind.IDLE_ROW: "an idle row was dropped: idle is computed from assets and allocations",
    SetFindingKind.NIL_ROW: "a row without content was dropped: it has a name and nothing else",
    SetFindingKind.NIL_SHARE: "a row's share of a volume or a load balancer has no content and was dropped",
    SetFindingKind.NO_PROPERTIES: "a row has no properties: its cost is kept, its names are empty",
    SetFindingKind.NO_TYPE: "an asset merged from several types was kept as a Cloud asset",
    SetFindingKind.NOT_EXACT: (
        "a number is NaN, infinite or beyond what a column holds: it counts as zero or not measured"
    ),
    SetFindingKind.RUN_CLAMPED: "a start or end is not set, outside the window or reversed: the window's own was taken",
    SetFindingKind.SHARED_COST: "a row's shared cost was dropped: sharing is computed when a question is asked",
    SetFindingKind.SEVERAL_CLUSTERS: "the rows name more than one cluster; a set has one",
    SetFindingKind.WRITER_WARNING: "the writer left a warning in the set",
    SetFindingKind.WRITER_ERROR: "the writer left an error in the set",
    SetFindingKind.CUT_TEXT: "a string has the greatest length there is: its writer has probably cut it",
    SetFindingKind.REPLACED_TEXT: "a string is not UTF-8: the bytes in question were read as U+FFFD",
    SetFindingKind.GUESSED_LAYOUT: "the one layout that fits is that of a build that changed it without a new version",
}


@dataclass(frozen=True, slots=True)
class SetFinding:
    """
    One kind of finding in one set.

    Attributes:
        count: how often
        example: the first of them, in words
    """

    kind: SetFindingKind
    count: int
    example: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.count:,}): {self.kind.meaning}; first: {self.example}"


class Findings:
    """Collects what a conversion found; the caller hands one in and asks it afterwards."""

    def __init__(self) -> None:
        self._counts: dict[SetFindingKind, int] = {}
        self._examples: dict[SetFindingKind, str] = {}

    def add(self, kind: SetFindingKind, example: str, count: int = 1) -> None:
        """Count a finding; a count of 0 is none."""
        if count:
            self._counts[kind] = self._counts.get(kind, 0) + count
            self._examples.setdefault(kind, example)

    def all(self) -> tuple[SetFinding, ...]:
        """Return what was found so far, in the order of the kinds."""
        found = ((kind, self._counts[kind]) for kind in SetFindingKind if kind in self._counts)
        return tuple(SetFinding(kind, count, self._examples[kind]) for kind, count in found)

    def add_file(self, decoded: Decoded) -> None:
        """Count what the file itself says: its writer's warnings and errors, its strings, its layout."""
        for name, kind in (
            ("Warnings", SetFindingKind.WRITER_WARNING),
            ("Errors", SetFindingKind.WRITER_ERROR),
        ):
            texts = decoded.top.value(name)
            if texts:
                self.add(kind, texts[0], len(texts))
        self.add(SetFindingKind.CUT_TEXT, decoded.path, decoded.cut_texts)
        self.add(SetFindingKind.REPLACED_TEXT, decoded.path, decoded.replaced_texts)
        self.add(SetFindingKind.GUESSED_LAYOUT, decoded.writer, int(bool(decoded.writer)))
