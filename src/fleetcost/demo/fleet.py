"""The four clusters of the demonstration: what runs there, on which nodes, at which prices."""

from __future__ import annotations

import enum
from dataclasses import dataclass

GIB = 1 << 30
DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600


class Weeks(enum.Enum):
    """In which weeks a pool is there: two pools that take turns are one that is swapped."""

    ALL = enum.auto()
    EVEN = enum.auto()
    ODD = enum.auto()


@dataclass(frozen=True, slots=True)
class Pool:
    """
    Equal nodes; prices are per core-hour, GiB-hour and GPU-hour.

    Attributes:
        follows: name of the CronJob whose runs bring the nodes and take them away; empty for nodes that stay
        weeks: when it is there
        rise: by how much its prices are higher every other week, as a share
    """

    name: str
    count: int
    node_type: str
    cpu_cores: float
    ram_gib: float
    cpu_price: float
    ram_price: float
    gpus: int = 0
    gpu_price: float = 0.0
    spot: bool = False
    follows: str = ""
    weeks: Weeks = Weeks.ALL
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class Workload:
    """
    One controller and its pods; use is a share of the request that swings over the day.

    Attributes:
        kind: `Deployment`, `StatefulSet`, `DaemonSet` or `CronJob`
        replicas: pods at once; for a DaemonSet one a node whatever this says
        cpu_use, ram_use: mean use as a share of the request
        swing: how far CPU use moves around its mean over a day, as a share of it
        lifetime_hours: how long a pod lives before a rollout replaces it; for a CronJob how long a run takes
        every_hours: a CronJob's period
        volume_gib: size of each pod's own volume, 0 for none
        gpu_use: mean use of its GPUs as a share; that of CPU where it is None
        weekend_replicas: pods at weekends, None for as many; a CronJob with 0 does not run then
        doubles: every other week it is deployed with twice its requests
        killed_every_hours: how long a container lives until its memory runs out, 0 for ever
        throttled: the part of time in which its CPU limit stops it, 0 without a limit
    """

    namespace: str
    kind: str
    name: str
    replicas: int
    cpu_request: float
    ram_request_gib: float
    cpu_use: float
    ram_use: float
    team: str
    swing: float = 0.3
    gpus: int = 0
    lifetime_hours: int = 72
    every_hours: int = 0
    volume_gib: int = 0
    pool: str = ""
    gpu_use: float | None = None
    weekend_replicas: int | None = None
    doubles: bool = False
    killed_every_hours: int = 0
    throttled: float = 0.0


class Trouble(enum.Enum):
    """What is wrong with a cluster's reporting, so that the page can be seen to say it."""

    LATE = "its agent stopped five hours ago"
    SILENT = "its agent stopped three days ago"
    DAMAGED = "one of its daily objects is torn"

    @property
    def stopped_hours(self) -> int:
        """How long ago the agent stopped."""
        return {Trouble.LATE: 5, Trouble.SILENT: 72}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One simulated cluster; `trouble` is what its reporting lacks; with `outage` its Prometheus fails weekly."""

    id: str
    provider: str
    region: str
    pools: tuple[Pool, ...]
    workloads: tuple[Workload, ...]
    unmounted_gib: int = 0
    trouble: Trouble | None = None
    outage: bool = False


_SYSTEM = (
    Workload("kube-system", "DaemonSet", "node-agent", 0, 0.1, 0.1, 0.5, 0.8, "platform", swing=0.05),
    Workload("kube-system", "Deployment", "dns", 2, 0.1, 0.17, 0.4, 0.5, "platform"),
    Workload("monitoring", "StatefulSet", "prometheus", 1, 0.5, 2, 0.6, 0.9, "platform", volume_gib=100),
)

FLEET = (
    Cluster(
        "cluster-0",
        "aws",
        "eu-central-1",
        (
            Pool("general", 3, "m6i.xlarge", 4, 16, 0.0336, 0.0045),
            Pool("spot", 2, "m6i.large", 2, 8, 0.0118, 0.0016, spot=True),
        ),
        (
            *_SYSTEM,
            Workload(
                "shop",
                "Deployment",
                "storefront",
                6,
                0.6,
                0.75,
                0.7,
                0.6,
                "web",
                swing=0.6,
                lifetime_hours=30,
                weekend_replicas=3,
            ),
            Workload("shop", "Deployment", "cart", 3, 0.4, 0.75, 0.55, 0.7, "web", swing=0.6, lifetime_hours=41),
            Workload(
                "shop",
                "Deployment",
                "search",
                3,
                0.9,
                3,
                1.15,
                0.9,
                "discovery",
                swing=0.5,
                killed_every_hours=30,
            ),
            Workload("shop", "StatefulSet", "orders-db", 2, 0.6, 3, 0.35, 0.8, "data", volume_gib=200),
            Workload("payments", "Deployment", "payments-api", 2, 0.3, 0.5, 0.25, 0.5, "payments", doubles=True),
        ),
        unmounted_gib=50,
    ),
    Cluster(
        "cluster-1",
        "gcp",
        "europe-west4",
        (
            Pool("batch", 4, "n2-standard-8", 8, 32, 0.0313, 0.0042, rise=0.06),
            Pool("base", 1, "e2-standard-4", 4, 16, 0.0219, 0.0029, rise=0.06),
        ),
        (
            *_SYSTEM,
            Workload(
                "etl",
                "CronJob",
                "nightly-import",
                6,
                2.8,
                8,
                0.9,
                0.8,
                "data",
                lifetime_hours=4,
                every_hours=24,
                pool="batch",
            ),
            Workload(
                "etl",
                "CronJob",
                "hourly-rollup",
                3,
                2,
                4,
                0.8,
                0.6,
                "data",
                lifetime_hours=2,
                every_hours=3,
                pool="batch",
            ),
            Workload(
                "reports",
                "CronJob",
                "invoices",
                3,
                2,
                4,
                0.75,
                0.5,
                "finance",
                lifetime_hours=2,
                every_hours=12,
                pool="batch",
                weekend_replicas=0,
            ),
            Workload("reports", "Deployment", "dashboard", 2, 0.25, 0.5, 0.1, 0.4, "finance"),
        ),
    ),
    Cluster(
        "cluster-2",
        "azure",
        "westeurope",
        (
            Pool("gpu", 2, "NC24ads_A100_v4", 24, 220, 0.0390, 0.0019, gpus=2, gpu_price=1.1),
            Pool("system", 2, "D4s_v5", 4, 16, 0.0390, 0.0019),
        ),
        (
            *_SYSTEM,
            Workload(
                "training",
                "CronJob",
                "fine-tune",
                1,
                8,
                64,
                0.8,
                0.7,
                "research",
                gpus=1,
                lifetime_hours=9,
                every_hours=24,
                pool="gpu",
            ),
            # A job that holds a GPU all day and hardly uses it.
            Workload(
                "training", "StatefulSet", "sweep", 1, 4, 32, 0.15, 0.3, "research", gpus=1, pool="gpu", gpu_use=0.04
            ),
            Workload("inference", "Deployment", "llm", 2, 4, 32, 0.4, 0.8, "research", gpus=1, swing=0.5, pool="gpu"),
            Workload("inference", "Deployment", "gateway", 2, 0.5, 1, 0.3, 0.4, "web"),
            Workload("notebooks", "StatefulSet", "notebook", 3, 1, 4, 0.05, 0.3, "research", volume_gib=64),
        ),
    ),
    Cluster(
        "cluster-3",
        "on-prem",
        "basement",
        (Pool("rack", 4, "r640", 16, 64, 0.0180, 0.0024),),
        (
            *_SYSTEM,
            Workload("legacy", "Deployment", "intranet", 1, 0.5, 1, 0.1, 0.6, "it"),
            Workload("legacy", "StatefulSet", "wiki-db", 1, 0.5, 2, 0.05, 0.5, "it", volume_gib=40),
        ),
        outage=True,
    ),
    Cluster(
        "cluster-4",
        "aws",
        "us-east-1",
        (
            Pool("general", 4, "m6i.xlarge", 4, 16, 0.0316, 0.0042, weeks=Weeks.EVEN),
            Pool("graviton", 4, "m7g.xlarge", 4, 16, 0.0268, 0.0036, weeks=Weeks.ODD),
            Pool("burst", 12, "c6i.4xlarge", 16, 32, 0.0316, 0.0042, follows="load-test"),
        ),
        (
            *_SYSTEM,
            Workload("api", "Deployment", "gateway", 6, 0.7, 1, 0.8, 0.7, "web", swing=0.4, throttled=0.2),
            Workload("api", "Deployment", "accounts", 3, 0.5, 1, 0.5, 0.6, "identity"),
            # The spike with a findable cause: one team's test, on nodes that come for it, at least once in seven days.
            Workload(
                "perf",
                "CronJob",
                "load-test",
                24,
                7,
                12,
                0.9,
                0.6,
                "growth",
                lifetime_hours=9,
                every_hours=84,
                pool="burst",
            ),
        ),
    ),
    Cluster(
        "cluster-5",
        "gcp",
        "us-central1",
        (Pool("base", 3, "e2-standard-4", 4, 16, 0.0219, 0.0029),),
        (*_SYSTEM, Workload("crm", "Deployment", "crm", 4, 0.6, 2, 0.3, 0.7, "sales")),
        trouble=Trouble.LATE,
    ),
    Cluster(
        "cluster-6",
        "azure",
        "northeurope",
        (Pool("base", 3, "D4s_v5", 4, 16, 0.0390, 0.0019),),
        (*_SYSTEM, Workload("hr", "Deployment", "portal", 2, 0.5, 1, 0.2, 0.5, "people")),
        trouble=Trouble.SILENT,
    ),
    Cluster(
        "cluster-7",
        "aws",
        "ap-southeast-2",
        (Pool("general", 3, "m6i.xlarge", 4, 16, 0.0389, 0.0052),),
        (*_SYSTEM, Workload("shop", "Deployment", "storefront", 5, 0.6, 0.75, 0.7, 0.6, "web", swing=0.6)),
        trouble=Trouble.DAMAGED,
    ),
    *(
        Cluster(
            f"cluster-{number}",
            "on-prem",
            region,
            (Pool("rack", nodes, "r650", 24, 128, 0.0150, 0.0020),),
            (
                *_SYSTEM,
                Workload("mes", "StatefulSet", "historian", 2, 2, 16, use, 0.7, "plant", volume_gib=500),
                Workload("mes", "Deployment", "line-control", 6, 1, 2, use, 0.5, "plant"),
                Workload("vision", "Deployment", "inspect", nodes, 4, 8, 0.8, 0.6, "quality", swing=0.7),
            ),
        )
        for number, region, nodes, use in (
            (8, "plant-north", 3, 0.5),
            (9, "plant-south", 4, 0.35),
            (10, "plant-east", 2, 0.6),
            (11, "plant-west", 2, 0.2),
        )
    ),
)
"""Twelve clusters: the first four are the demonstration's default; the others add trouble, a spike, and size."""

DEFAULT_CLUSTERS = 4
