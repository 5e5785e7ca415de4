"""What queries are made of: the labels that identify rows, common conditions, and the usual kinds of query."""

from __future__ import annotations

from fleetcost.model.samples import PodSamples
from fleetcost.samples import records as r
from fleetcost.samples.query import Fills, Matcher, Op, Over, Query

CONTAINER = ("namespace", "pod", "uid", "container")
EXPORTED_CONTAINER = ("exported_namespace", "exported_pod", "exported_container")
"""What a scrape makes of an exporter's own labels where it is not set to honour them; usual for the DCGM exporter."""
POD = ("namespace", "pod", "uid")
NODE = ("node", "provider_id")
ADDRESSED_NODE = ("instance", "provider_id")
"""How an exporter of prices names nodes that has no `node`."""
CLAIM = ("namespace", "persistentvolumeclaim")
CLAIM_INFO = ("namespace", "persistentvolumeclaim", "storageclass", "volumename")
VOLUME = ("persistentvolume",)
PRICED_VOLUME = ("persistentvolume", "volumename", "provider_id")
PRICED_BALANCER = ("namespace", "service_name", "ingress_ip")
BALANCER = ("namespace", "service", "ip", "hostname")
DISK = ("node", "kubernetes_node", "instance", "device")
MACHINE = ("node", "kubernetes_node", "nodename", "instance")
SCRAPER = ("node", "job", "instance")
CLUSTER_LABELS = ("cluster", "cluster_id", "cluster_name", "k8s_cluster", "k8s_cluster_name")
ANY: tuple[str, ...] = ()


def equal(label: str, value: str) -> Matcher:
    """Return the condition that a label has this value."""
    return Matcher(label, Op.EQUAL, value)


def like(label: str, pattern: str) -> Matcher:
    """Return the condition that all of a label matches a pattern."""
    return Matcher(label, Op.REGEX, pattern)


def present(label: str) -> Matcher:
    """Return the condition that a label is there."""
    return Matcher(label, Op.NOT_EQUAL, "")


REAL_CONTAINER = (present("container"), Matcher("container", Op.NOT_EQUAL, "POD"))
"""cAdvisor also reports the pod's own control group and its sandbox; neither is a container."""

GPU_RESOURCE = like(
    "resource",
    "nvidia_com_.*|amd_com_gpu|gpu_intel_com_.*|k8s_amazonaws_com_vgpu|volcano_sh_vgpu_.*|google_com_tpu|"
    "aws_amazon_com_neuron.*|habana_ai_gaudi",
)
"""Whole GPUs, time slices, MIG slices, virtual GPUs, shares of cores or memory, and accelerators of other makes."""

_REAL_DEVICE = like("device", "/dev/(nvme|sd|xvd|vd|hd|md|dm-|mmcblk|mapper/|root|disk/).*")

OWN_DISK = (equal("id", "/"), _REAL_DEVICE)
"""The root control group's file systems on real devices, on any cloud and any metal."""

OWN_FILE_SYSTEM = (_REAL_DEVICE, Matcher("mountpoint", Op.NOT_REGEX, "(/host)?/var/lib/kubelet/.+"))
"""node-exporter's file systems on real devices, without the volumes that the kubelet mounts for pods."""


def first_last_seen(
    name: str,
    metric: str,
    by: tuple[str, ...],
    why: str,
    *matchers: Matcher,
    nonzero: bool = False,
    fills: Fills | None = None,
) -> tuple[Query, Query]:
    """Return the queries of first and last sightings."""
    first, last = (
        Query(
            name=f"{name} {word} seen",
            metric=metric,
            matchers=matchers,
            over=over,
            by=by,
            nonzero=nonzero,
            why=why,
            fills=fills,
        )
        for word, over in (("first", Over.FIRST_SEEN), ("last", Over.LAST_SEEN))
    )
    return first, last


def mean(
    name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher, fills: Fills | None = None
) -> Query:
    """Return the query of the mean over time of what a row's labels name, a thing that is there once."""
    return Query(name=name, metric=metric, matchers=matchers, over=Over.AVG, by=by, why=why, fills=fills)


def mean_of_either(
    name: str,
    metric: str,
    bys: tuple[tuple[str, ...], tuple[str, ...]],
    why: str,
    *matchers: Matcher,
    fills: Fills | None = None,
) -> tuple[Query, Query]:
    """
    Return the queries of a mean: of series that have the first of the first labels, and of the others.

    A row is identified by no label it can do without: where such a label changes, one thing would be two, each with a
    mean of its own.
    """
    by, other = bys
    return (
        mean(name, metric, by, why, *matchers, present(by[0]), fills=fills),
        mean(f"{name}, by {other[0]}", metric, other, why, *matchers, equal(by[0], ""), fills=fills),
    )


def most(
    name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher, fills: Fills | None = None
) -> Query:
    """Return the query of the largest of samples."""
    return Query(name=name, metric=metric, matchers=matchers, over=Over.MAX, by=by, why=why, fills=fills)


def labels(
    name: str, metric: str, by: tuple[str, ...], why: str, *matchers: Matcher, fills: Fills | None = None
) -> Query:
    """Return the query of the labels objects had last."""
    return Query(name=name, metric=metric, matchers=matchers, over=Over.LABELS, by=by, why=why, fills=fills)


def growth(
    name: str,
    metric: str,
    by: tuple[str, ...],
    distinct: tuple[str, ...],
    why: str,
    *matchers: Matcher,
    fills: Fills | None = None,
) -> Query:
    """Return the query of the growth of counters, added up over the things that `distinct` tells apart."""
    return Query(
        name=name,
        metric=metric,
        matchers=matchers,
        over=Over.INCREASE,
        by=by,
        distinct=distinct,
        why=why,
        fills=fills,
    )


def points(
    name: str,
    metric: str,
    over: Over,
    by: tuple[str, ...],
    why: str,
    *matchers: Matcher,
    distinct: tuple[str, ...] = (),
    fills: Fills | None = None,
) -> Query:
    """Return the query of a use in points of five minutes."""
    return Query(
        name=f"{name}, in points",
        metric=metric,
        matchers=matchers,
        over=over,
        by=by,
        distinct=distinct,
        why=why,
        fills=fills,
    )


def looks(name: str, metric: str, distinct: tuple[str, ...], why: str, *matchers: Matcher, field: str) -> Query:
    """Return the query of the growth of a container's counter that is looked at a few times."""
    return Query(
        name=name,
        metric=metric,
        matchers=matchers,
        over=Over.LOOKS,
        by=CONTAINER,
        distinct=distinct,
        why=why,
        fills=Fills(PodSamples, field, r.container_value),
    )
