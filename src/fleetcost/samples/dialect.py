"""
What the kinds of Prometheus-compatible servers want to be sent, and what they mean by their answers.

No server is asked for its version: Mimir and VictoriaMetrics have version numbers of their own, and the queries are
written so that every version answers the same.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


class ServerKind(enum.StrEnum):
    """Which server answers."""

    PROMETHEUS = "prometheus"
    THANOS = "thanos"
    MIMIR = "mimir"
    VICTORIAMETRICS = "victoriametrics"

    @property
    def delay_seconds(self) -> int:
        """How long after its end an hour is final; Thanos' sidecars upload two hours at a time, and late."""
        return 3 * 3600 if self is ServerKind.THANOS else 300


class Level(enum.Enum):
    """How coarse the samples may be that a Thanos reads: the name it has there, and seconds between two."""

    RAW = ("0s", 0)
    FIVE_MINUTES = ("5m", 300)
    HOUR = ("1h", 3600)

    @property
    def parameter(self) -> str:
        """The value of `max_source_resolution`."""
        return self.value[0]

    @property
    def seconds(self) -> int:
        """Seconds between two samples; 0 where every scrape is kept."""
        return self.value[1]


LEVELS = {"raw": Level.RAW, "5m": Level.FIVE_MINUTES, "1h": Level.HOUR}
"""Levels by the word of the setting; `auto` is none of them."""

UNDILUTED = timedelta(hours=40)
"""Thanos makes coarser samples of blocks that are this old; younger windows have raw samples only."""

_NOT_PARTIAL = ("PromQL", "No StoreAPIs matched")
"""How warnings begin that do not say that data is missing: a query's style, and a time nobody has stored."""


@dataclass(frozen=True, slots=True)
class SourceDialect:
    """
    How a source is asked.

    Attributes:
        kind: which server answers
        accept_partial: take answers some of the storage did not contribute to; what is built of them is partial
        dedup: let Thanos merge the replicas of one Prometheus
        level: the coarsest samples that are read; None takes raw ones where there are any, else the next coarser
    """

    kind: ServerKind = ServerKind.PROMETHEUS
    accept_partial: bool = False
    dedup: bool = True
    level: Level | None = None

    def parameters(self, level: Level) -> Mapping[str, str]:
        """Return what is sent with each query besides text and time."""
        if self.kind is ServerKind.THANOS:
            return {
                "dedup": str(self.dedup).lower(),
                "partial_response": str(self.accept_partial).lower(),
                "max_source_resolution": level.parameter,
            }
        if self.kind is ServerKind.VICTORIAMETRICS:
            return {"deny_partial_response": str(int(not self.accept_partial))}
        return {}


def says_partial(warning: str) -> bool:
    """Tell whether a server's warning says that data is missing."""
    return not warning.startswith(_NOT_PARTIAL)
