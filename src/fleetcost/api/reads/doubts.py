"""What the newest build of a cluster noticed, for the pages that show it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fleetcost.documents.cluster import Noticed
from fleetcost.documents.status import AgentStatus


class DoubtJson(msgspec.Struct, frozen=True):
    """
    Why costs of a cluster may not be right, or say less than they could; nothing is changed by it.

    Attributes:
        kind: what the newest build noticed
        count: on how many objects
        subjects: the first few of them
        meaning: what it means and what to do
    """

    kind: str
    count: int
    subjects: list[str]
    meaning: str


def doubts(status: AgentStatus | None, wanted: Callable[[Noticed], bool]) -> list[DoubtJson]:
    """Return what is wanted of what a cluster's agent noticed; nothing where it says nothing of itself."""
    found = status.checks.findings if status and status.checks else ()
    return [DoubtJson(one.kind, one.count, list(one.subjects), one.meaning) for one in found if wanted(one)]
