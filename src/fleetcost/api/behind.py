"""What stands behind an answer, in JSON: the windows of one cluster."""

from __future__ import annotations

import msgspec

from fleetcost.model.states import WindowState
from fleetcost.model.window import rfc3339
from fleetcost.query.answer import Completeness


class CompletenessJson(msgspec.Struct, frozen=True):
    """
    Which windows of one cluster stand behind the answer.

    Attributes:
        bills: days by the state of their bill, empty without
        estimated_minutes: minutes not observed for which there are estimates
    """

    cluster: str
    state: WindowState
    windows: dict[str, int]
    first: str | None
    last: str | None
    coverage_minutes: float
    expected_minutes: float
    causes: list[str]
    bills: dict[str, int] = {}
    estimated_minutes: float = 0.0


def completeness_document(entry: Completeness) -> CompletenessJson:
    """Say what stands behind an answer, for one cluster."""
    causes = sorted({f"{gap.state}: {gap.cause}" for gap in entry.gaps if gap.cause})
    return CompletenessJson(
        cluster=entry.cluster,
        state=entry.state,
        windows={state.value: count for state, count in entry.counts.items()},
        first=rfc3339(entry.first) if entry.first else None,
        last=rfc3339(entry.last) if entry.last else None,
        coverage_minutes=round(entry.coverage_minutes, 3),
        expected_minutes=round(entry.expected_minutes, 3),
        causes=causes[:20],
        bills={state.value: count for state, count in entry.bills.items()},
        estimated_minutes=round(entry.estimated_minutes, 3),
    )
