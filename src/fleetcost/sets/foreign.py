"""
Foreign agents' sets as sets of ours: decoded, converted, with the header ours carry.

A foreign file says nothing of currency, coverage or whether its window may still grow. The currency is a setting; the
rest follows from the window, from when the object was written and from whether it holds rows, and the header's source
says that it is assumed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from fleetcost.errors import SetRefusedError
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Window
from fleetcost.sets.bingen.allocations import to_allocations
from fleetcost.sets.bingen.assets import to_assets
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.findings import Findings, SetFinding
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.rows import SetFacts, facts
from fleetcost.sets.bingen.source import LARGEST_BYTES
from fleetcost.sets.cost_set import CostSet, Provenance, from_allocations, from_assets

KINDS = {SetKind.ALLOCATIONS: BingenKind.ALLOCATIONS, SetKind.ASSETS: BingenKind.ASSETS}


@dataclass(frozen=True, slots=True)
class Origin:
    """
    What is known of a foreign object beside its content.

    Attributes:
        key: which set its path says it is; the path decides, whatever the rows name
        path: for messages
        written_at: when it was written
        currency: of its costs, ISO 4217
    """

    key: SetKey
    path: str
    written_at: datetime
    currency: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A foreign set as one of ours, and what was found on the way."""

    cost_set: CostSet
    findings: tuple[SetFinding, ...]

    @property
    def summary(self) -> str:
        """The findings in one line, counted; empty where there are none."""
        if not self.findings:
            return ""
        count = sum(finding.count for finding in self.findings)
        parts = ", ".join(f"{finding.kind} ({finding.count:,})" for finding in self.findings)
        return f"{count:,} findings: {parts}"


def convert(content: bytes, origin: Origin, now: datetime, largest_bytes: int = LARGEST_BYTES) -> Converted:
    """
    Turn a foreign object into a set of ours.

    Args:
        content: the object, gzip or not
        origin: what is known of it
        now: the clock's reading: a set whose window is not over is partial
        largest_bytes: refuse content that is larger, unpacked

    Raises:
        SetDamagedError: damaged, cut, too large, or of a version this build does not read.
        SetRefusedError: its rows are another cluster's or another window's.
    """
    decoded = decode(content, KINDS[origin.key.kind], origin.path, largest_bytes)
    known = facts(decoded)
    _check(known, origin)
    return converted(decoded, known, origin, now, hashlib.sha256(content).hexdigest())


def converted(decoded: Decoded, known: SetFacts, origin: Origin, now: datetime, digest: str) -> Converted:
    """
    Turn a decoded set into one of ours, without asking whose it is.

    Args:
        decoded: the set
        known: what it says of itself
        origin: what is known of it beside
        now: the clock's reading
        digest: hash of the object

    Raises:
        SetDamagedError: it has rows and no window to place them in.
    """
    findings = Findings()
    provenance = _provenance(known, origin, now)
    if origin.key.kind is SetKind.ALLOCATIONS:
        made = from_allocations(origin.key, list(to_allocations(decoded, findings)), provenance)
    else:
        made = from_assets(origin.key, list(to_assets(decoded, findings)), provenance)
    version = f"bingen {known.version}"
    header = replace(made.header, agent_version=version, digest=digest)
    if made.header.rows == 0:
        header = replace(header, coverage_minutes=0.0)
    return Converted(CostSet(header, made.table), findings.all())


def _check(known: SetFacts, origin: Origin) -> None:
    """Hold what the rows say against the path."""
    others = [name for name in known.clusters if name and name != origin.key.cluster]
    if others:
        names = ", ".join(others[:3])
        raise SetRefusedError(
            f"read {origin.path}: its rows name {names}, its folder {origin.key.cluster}: a set that was copied or "
            "merged would be counted twice; let its agent write to a folder of the cluster's own id"
        )
    if known.window is not None and known.window != origin.key.window:
        raise SetRefusedError(f"read {origin.path}: its window is {known.window}, its name says {origin.key.window}")


def _provenance(known: SetFacts, origin: Origin, now: datetime) -> Provenance:
    window = origin.key.window
    over = min(now, origin.written_at) >= window.end
    named = f", from {known.from_source}" if known.from_source else ""
    return Provenance(
        cluster_uid="",
        currency=origin.currency,
        coverage_minutes=_minutes_until(window, origin.written_at) if known.rows else 0.0,
        final=over,
        source=f"foreign set, bingen version {known.version}{named}; coverage assumed, currency set here",
        built_at=origin.written_at,
    )


def _minutes_until(window: Window, written_at: datetime) -> float:
    """Return the minutes of a window that can be in an object written at this time."""
    seen = window.clamp(window.start, written_at) if written_at > window.start else None
    return seen.minutes if seen else 0.0
