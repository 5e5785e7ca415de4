"""What stands behind a window of a number: the sets and the bills it was read from, as the ledgers have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.tables.cloud import CloudEntry
from fleetcost.tables.ledger import Entry, EntryState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """
    One object of the bucket.

    Attributes:
        kind: allocations, assets or bill
        path, digest: which, and a hash of its rows
        window: whose costs it has
        built_at: when, None where nobody said
        format_version: of its file
        coverage_minutes: of a set, minutes of the window in which the source was seen
        agent_version: of a set
        final: of a set, no more samples can come; of a bill, the cloud changes the day no more
        state: of a bill, how far it had come
        version: of a bill, which version of its day
    """

    kind: str
    path: str
    digest: str
    window: Window
    built_at: datetime | None
    format_version: int
    coverage_minutes: float | None = None
    agent_version: str = ""
    final: bool = False
    state: str = ""
    version: int | None = None


def set_objects(entries: Iterable[Entry]) -> Mapping[tuple[str, datetime], list[SourceObject]]:
    """Return the sets in the tables by cluster and window; all are of one resolution."""
    found: dict[tuple[str, datetime], list[SourceObject]] = {}
    for entry in sorted(entries, key=lambda one: one.key.kind is not SetKind.ALLOCATIONS):
        if entry.state is EntryState.INGESTED:
            found.setdefault((entry.key.cluster, entry.key.window.start), []).append(_of_set(entry))
    return found


def bill_object(entry: CloudEntry) -> SourceObject:
    """Return the day of a bill as the object it is."""
    return SourceObject(
        kind="bill",
        path=entry.path,
        digest=entry.digest,
        window=entry.key.window,
        built_at=entry.built_at,
        format_version=entry.format_version,
        state=entry.bill_state.value,
        version=entry.version,
    )


def _of_set(entry: Entry) -> SourceObject:
    return SourceObject(
        kind=entry.key.kind.value,
        path=entry.path,
        digest=entry.digest,
        window=entry.key.window,
        built_at=entry.built_at,
        format_version=entry.format_version,
        coverage_minutes=entry.coverage_minutes,
        agent_version=entry.agent_version,
        final=entry.final,
    )
