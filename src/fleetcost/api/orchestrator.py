"""The account of the ingest loop at `/model/debug/orchestrator`."""

from __future__ import annotations

from typing import Any

from fleetcost.api.services import Services
from fleetcost.model.sets import SetKind
from fleetcost.model.window import rfc3339
from fleetcost.tables.ledger import Entry, EntryState, ledger_of

_NAMES = {SetKind.ALLOCATIONS: "allocation", SetKind.ASSETS: "asset"}


def orchestrator(services: Services) -> dict[str, Any]:
    """Return the loop's state, what it has read by kind, and each cluster's freshness."""
    status = services.status()
    entries = list(ledger_of(services.database).values())
    return {
        "currentState": str(status.phase),
        "readDBPath": services.database.place,
        "currentBucketRefreshInterval": f"{services.interval_seconds:g}s",
        "progress": {"done": status.done, "total": status.total},
        "passes": status.passes,
        "lastPass": rfc3339(status.last_pass_at) if status.last_pass_at else None,
        "lastPassSeconds": round(status.last_pass_seconds, 3),
        "databaseBytes": services.database.size_bytes(),
        "ingestion": {_NAMES[kind]: _ingestion([e for e in entries if e.key.kind is kind]) for kind in SetKind},
        "clusters": {cluster: _freshness(cluster, entries) for cluster in sorted({e.key.cluster for e in entries})},
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


def _freshness(cluster: str, entries: list[Entry]) -> dict[str, Any]:
    own = [entry for entry in entries if entry.key.cluster == cluster and entry.state is EntryState.INGESTED]
    if not own:
        return {"lastUploaded": None, "lastIngested": None, "lastDerived": None}
    # Derived tables change in the transaction that ingests, so both times are one.
    ingested = rfc3339(max(entry.ingested_at for entry in own))
    return {
        "lastUploaded": rfc3339(max(entry.written_at for entry in own)),
        "lastIngested": ingested,
        "lastDerived": ingested,
    }
