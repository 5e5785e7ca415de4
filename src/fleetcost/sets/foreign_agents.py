"""What agents of other products say of themselves in the bucket: their newest heartbeat and newest diagnostics."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import FleetcostError
from fleetcost.model.window import rfc3339
from fleetcost.sets.beside import BesideFolder, BesideKind

LARGEST_BYTES = 1024 * 1024
"""Of a heartbeat or of diagnostics, packed and unpacked."""

MOST_NAMED = 3
LONGEST = 300
"""Characters of a text of theirs that are repeated."""


class HeartbeatFile(msgspec.Struct, frozen=True):
    """`…/heartbeat/<time>.json`; further fields are not read. Source: opencost core/pkg/heartbeat."""

    version: str = ""
    timestamp: str = ""


class DiagnosticResult(msgspec.Struct, frozen=True):
    """One check of `…/diagnostics/<time>.json`; a check that failed has an error."""

    name: str = ""
    error: str | None = None


class DiagnosticsFile(msgspec.Struct, frozen=True, rename="camel"):
    """`…/diagnostics/<time>.json`; further fields are not read. Source: opencost core/pkg/diagnostics."""

    results: list[DiagnosticResult] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ForeignAgent:
    """
    What one cluster's agent says.

    Attributes:
        cluster: as the agent calls itself
        seen_at: when its newest heartbeat was written, None without one
        version: of the agent, empty where it does not say
        checked_at: when its newest diagnostics were written, None without any
        checks: how many there are
        failed: checks that failed, each with its error
        problem: why a file could not be read, empty where all could
    """

    cluster: str
    seen_at: datetime | None = None
    version: str = ""
    checked_at: datetime | None = None
    checks: int = 0
    failed: tuple[str, ...] = ()
    problem: str = ""


def words_of(agent: ForeignAgent) -> str:
    """Return what an agent says of itself, in words."""
    seen = f"seen at {rfc3339(agent.seen_at)}" if agent.seen_at else "no heartbeat"
    checks = f"{agent.checks} checks, {len(agent.failed)} of them failed" if agent.checked_at else ""
    failed = "; ".join(agent.failed[:MOST_NAMED])
    return ", ".join(filter(None, (seen, agent.version and f"version {agent.version}", checks, failed, agent.problem)))


def read_agents(bucket: BucketReader, folders: Iterable[BesideFolder]) -> Mapping[str, ForeignAgent]:
    """Return what each agent says, by its cluster; a file that cannot be read is named and stops nobody."""
    said: dict[str, dict[str, Any]] = {}
    for folder in folders:
        if folder.place.kind in _READERS and folder.place.owner:
            facts = said.setdefault(folder.place.owner, {})
            try:
                facts |= _READERS[folder.place.kind](bucket, folder)
            except (FleetcostError, OSError, EOFError, zlib.error, msgspec.MsgspecError, ValueError) as error:
                facts["problem"] = f"read {folder.newest.path}: {_short(str(error))}"
    return {cluster: ForeignAgent(cluster, **facts) for cluster, facts in sorted(said.items())}


def _heartbeat(bucket: BucketReader, folder: BesideFolder) -> dict[str, Any]:
    found = msgspec.json.decode(_content(bucket, folder.newest.path), type=HeartbeatFile)
    return {"seen_at": _time(found.timestamp) or folder.newest.modified, "version": _short(found.version)}


def _diagnostics(bucket: BucketReader, folder: BesideFolder) -> dict[str, Any]:
    found = msgspec.json.decode(_content(bucket, folder.newest.path), type=DiagnosticsFile)
    failed = tuple(_short(f"{one.name}: {one.error}") for one in found.results if one.error)
    return {"checked_at": folder.newest.modified, "checks": len(found.results), "failed": failed}


_READERS = {BesideKind.HEARTBEAT: _heartbeat, BesideKind.DIAGNOSTICS: _diagnostics}


def _content(bucket: BucketReader, path: str) -> bytes:
    content = bucket.get(path, largest_bytes=LARGEST_BYTES)
    if not content.startswith(b"\x1f\x8b"):
        return content
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        return packed.read(LARGEST_BYTES)


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _short(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
