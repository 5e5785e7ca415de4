"""The account of the ingest loop at `/model/debug/orchestrator`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fleetcost.api.services import IngestPace, LiveTables
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import rfc3339
from fleetcost.tables.ledger import Entry, EntryState, ledger_of

_NAMES = {SetKind.ALLOCATIONS: "allocation", SetKind.ASSETS: "asset"}


def orchestrator(tables: LiveTables, pace: IngestPace) -> dict[str, Any]:
    """Return the loop's state, what it has read by kind, and each cluster's freshness."""
    status = tables.status()
    entries = list(ledger_of(tables.database).values())
    return {
        "currentState": str(status.phase),
        "readDBPath": tables.database.place,
        "currentBucketRefreshInterval": f"{pace.interval_seconds:g}s",
        "progress": {"done": status.done, "total": status.total},
        "passes": status.passes,
        "lastPass": rfc3339(status.last_pass_at) if status.last_pass_at else None,
        "lastPassSeconds": round(status.last_pass_seconds, 3),
        "databaseBytes": tables.database.size_bytes(),
        "ingestion": {_NAMES[kind]: _ingestion([e for e in entries if e.key.kind is kind]) for kind in SetKind}
        | {"cloudCost": {}},
        "clusters": {cluster: freshness(own).document for cluster, own in by_cluster(entries).items()},
        "notUsed": [
            {"path": entry.path, "state": entry.state.value, "reason": entry.reason}
            for entry in entries
            if entry.state in {EntryState.DAMAGED, EntryState.REFUSED}
        ],
        "skipped": list(status.skipped),
        "lastError": status.last_error,
    }


def _ingestion(entries: list[Entry]) -> dict[str, Any]:
    ingested = [entry for entry in entries if entry.state is EntryState.INGESTED]
    return {
        "filesSeen": len([entry for entry in entries if entry.state is not EntryState.DELETED]),
        "filesIngested": len(ingested),
        "oldest": rfc3339(min(e.key.window.start for e in ingested)) if ingested else None,
        "newest": rfc3339(max(e.key.window.end for e in ingested)) if ingested else None,
    }


@dataclass(frozen=True, slots=True)
class Freshness:
    """
    How fresh a cluster is; None where nothing of it is in the tables.

    Attributes:
        uploaded: its newest object, by the bucket's clock
        ingested: when the newest was read
        derived: when what follows from it was: in the same transaction
    """

    uploaded: datetime | None
    ingested: datetime | None
    derived: datetime | None

    @property
    def document(self) -> dict[str, str | None]:
        """The three, as the field names them."""
        return {
            "lastUploaded": rfc3339(self.uploaded) if self.uploaded else None,
            "lastIngested": rfc3339(self.ingested) if self.ingested else None,
            "lastDerived": rfc3339(self.derived) if self.derived else None,
        }


def by_cluster(entries: Iterable[Entry]) -> dict[ClusterId, list[Entry]]:
    """Return the ledger's entries by cluster, sorted."""
    found: dict[ClusterId, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.key.cluster, []).append(entry)
    return dict(sorted(found.items()))


def freshness(own: Iterable[Entry]) -> Freshness:
    """Tell how fresh a cluster is from its own entries."""
    there = [entry for entry in own if entry.state is EntryState.INGESTED]
    uploaded = max((entry.written_at for entry in there), default=None)
    ingested = max((entry.ingested_at for entry in there), default=None)
    return Freshness(uploaded, ingested, ingested)
