"""The words of savings: their kinds, in the order in which they claim costs, verdicts and reasons."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class SavingKind(enum.StrEnum):
    """What could be saved; what comes first claims first."""

    UNMOUNTED_VOLUMES = "unmounted-volumes"
    ORPHANED_RESOURCES = "orphaned-resources"
    OVERSIZED_VOLUMES = "oversized-volumes"
    IDLE_WORKLOADS = "idle-workloads"
    UNUSED_GPUS = "unused-gpus"
    REQUESTS = "requests"
    NODES = "nodes"
    NODES_AFTER = "nodes-after"
    COMMITMENTS = "commitments"

    @property
    def meaning(self) -> str:
        """One sentence for people: the rule, and when it becomes money."""
        return _MEANINGS[self]


_MEANINGS: Mapping[SavingKind, str] = MappingProxyType({
    SavingKind.UNMOUNTED_VOLUMES: "volumes that no pod mounts; deleting one saves its cost at once",
    SavingKind.ORPHANED_RESOURCES: (
        "disks of a bill that are no asset of their cluster, and addresses metered as idle; releasing one saves its "
        "cost at once"
    ),
    SavingKind.OVERSIZED_VOLUMES: (
        "volumes whose highest use, with room to spare, is far below their size; most cannot shrink in place, so they "
        "are saved when the volume is made again"
    ),
    SavingKind.IDLE_WORKLOADS: (
        "workloads without traffic whose CPU use hardly moves; what they hold becomes money when a node goes"
    ),
    SavingKind.UNUSED_GPUS: "GPUs that are held and never used; they become money when their node goes",
    SavingKind.REQUESTS: (
        "containers that ask for more or less than their measured use with room to spare; what is freed becomes "
        "money when a node goes"
    ),
    SavingKind.NODES: "nodes whose pods fit on the others of their pool; they are saved when they go",
    SavingKind.NODES_AFTER: (
        "further nodes that could go once idle workloads are gone and requests are as recommended"
    ),
    SavingKind.COMMITMENTS: (
        "reservations and plans that are paid for and cover nothing; saved as far as use at on-demand prices moves "
        "below them"
    ),
})  # fmt: skip


class Verdict(enum.StrEnum):
    """Whether a saving can be believed."""

    OK = "ok"
    THIN = "thin"
    WITHHELD = "withheld"

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return {
            Verdict.OK: "the evidence is enough; it is in the sums",
            Verdict.THIN: "there is some evidence; it is shown and in no sum",
            Verdict.WITHHELD: "it cannot be judged, and there is no figure",
        }[self]


class SavingReason(enum.StrEnum):
    """Why a saving is thin or withheld."""

    NO_USAGE = "no usage"
    NO_NETWORK = "no network"
    SHORT = "short"
    NO_HOURS = "no hours"
    NO_SIZES = "no sizes"
    SHARED_USE = "shared use"
    NO_DEMAND = "no demand"
    SHORT_LIFE = "short life"
    TOO_SHORT_TO_SEE = "too short to see"
    NOT_SEEN = "not seen"
    GAPS = "gaps"
    THIN = "thin"
    RESTARTING = "restarting"
    AUTOSCALED = "autoscaled"
    CAPPED = "capped"
    AT_ITS_LIMIT = "at its limit"
    RESERVES_MEMORY = "reserves memory"

    @property
    def meaning(self) -> str:
        """One sentence for people: why, and what would change it."""
        return _REASONS[self]


_REASONS: Mapping[SavingReason, str] = MappingProxyType({
    SavingReason.NO_USAGE: "its use was not measured; is its metric scraped?",
    SavingReason.NO_NETWORK: "no traffic of its cluster was measured, so silence says nothing; does Prometheus scrape "
                             "cAdvisor's network metrics?",
    SavingReason.SHORT: "it was seen for less time than the rule asks for; wait, or ask for a longer window",
    SavingReason.NO_HOURS: "no hourly sets of its cluster are kept, and a day does not say what ran at the same time",
    SavingReason.NO_SIZES: "its nodes do not say how much pods can ask for",
    SavingReason.SHARED_USE: "several devices have one measured use, so which of them is unused is not known",
    SavingReason.NO_DEMAND: "nothing is paid at on-demand prices that it could cover; it ends with its contract",
    SavingReason.SHORT_LIFE: "it has run for less than a day since it asks for what it does, so its busy hours are not "
                             "known",
    SavingReason.TOO_SHORT_TO_SEE: "its runs are shorter than ten minutes: two points say nothing of what happened "
                                   "between",
    SavingReason.NOT_SEEN: "its use was measured for less than half of the time it ran",
    SavingReason.GAPS: "its use was measured for less than 80 % of the time it ran",
    SavingReason.THIN: "it was measured for less than 72 hours, or not on every weekday",
    SavingReason.RESTARTING: "it restarts more than once a day; find out why first",
    SavingReason.AUTOSCALED: "an autoscaler follows its CPU use as a part of its request: another request would change "
                             "the number of its pods",
    SavingReason.CAPPED: "its CPU limit held it back, or it waited for CPU, so it would have used more: less is not "
                         "recommended",
    SavingReason.AT_ITS_LIMIT: "it was killed for want of memory, or came near its limit: less is not recommended",
    SavingReason.RESERVES_MEMORY: "its memory is flat and near its limit: its runtime may hold more than it needs, as "
                                  "Java and databases do",
})  # fmt: skip
