"""Whose a KubeModel is: its folder is called by the cluster's uid, and only its content says the cluster's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import FleetcostError
from fleetcost.sets.beside import BesideFolder, BesideKind
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.kinds import BingenKind
from fleetcost.sets.bingen.record import Record

LARGEST_BYTES = 32 * 1024 * 1024
"""Of a file, packed and unpacked; a cluster of a thousand nodes stays below it."""


def names_of(bucket: BucketReader, folders: Iterable[BesideFolder]) -> Mapping[str, str]:
    """Return the cluster's name for each uid whose newest KubeModel says it; one that cannot be read says none."""
    found = {}
    for folder in folders:
        if folder.place.kind is BesideKind.KUBEMODEL and (name := _name(bucket, folder.newest.path)):
            found[folder.place.owner] = name
    return found


def _name(bucket: BucketReader, path: str) -> str:
    try:
        content = bucket.get(path, largest_bytes=LARGEST_BYTES)
        cluster = decode(content, BingenKind.KUBEMODEL, path, LARGEST_BYTES).top.value("Cluster")
    except FleetcostError:
        return ""
    return str(cluster.value("Name")) if isinstance(cluster, Record) else ""
