"""What a set says about itself: kind, cluster, window, coverage, totals."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window

FORMAT_VERSION = max(ALLOCATION.newest, ASSET.newest)
"""Version of our Parquet sets: that of the newest column; readers read every version since 1 (`docs/format/`)."""


class SetKind(enum.StrEnum):
    """What the rows of a set are."""

    ALLOCATIONS = "allocations"
    ASSETS = "assets"


@dataclass(frozen=True, slots=True, order=True)
class SetKey:
    """Which set: one object in the bucket has one key."""

    cluster: ClusterId
    kind: SetKind
    resolution: Resolution
    window: Window

    def __str__(self) -> str:
        return f"{self.cluster} {self.kind} {self.resolution} {self.window}"


@dataclass(frozen=True, slots=True)
class SetHeader:
    """
    A set's account of itself, kept in the file beside the rows.

    Attributes:
        key: cluster, kind, resolution, window
        cluster_uid: the identity behind the cluster id, empty where the writer knew none
        currency: ISO 4217 code of every cost in the set
        rows: number of rows
        total_cost: sum of the rows' costs, adjustments included
        coverage_minutes: minutes of the window in which the source was observed
        estimated_minutes: minutes of the window that were not observed and are estimated
        final: False while the window is not over or its source may still deliver
        source: what the samples were read from, in words
        built_at: when the set was built
        agent_version: version of the writer
        digest: hash of the rows; equal rows have equal digests whenever they were built
        format_version: version of the file format
    """

    key: SetKey
    cluster_uid: str
    currency: str
    rows: int
    total_cost: Decimal
    coverage_minutes: float
    final: bool
    source: str
    built_at: datetime
    agent_version: str
    digest: str
    format_version: int = FORMAT_VERSION
    estimated_minutes: float = 0.0

    @property
    def complete(self) -> bool:
        """Final, and every minute of the window observed."""
        return self.final and self.coverage_minutes >= self.key.window.minutes
