"""Nodes' own disks: assets that no pod pays for directly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fleetcost.costing.machines import Machines
from fleetcost.costing.nodes import Nodes
from fleetcost.costing.notes import Notes
from fleetcost.costing.prices import GIB, PriceBook
from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.records import LocalDiskValue
from fleetcost.model.samples import Samples

LARGEST_BYTES = 2.0**40
"""A larger file system is network storage that is mounted like a disk."""

LOCAL_CLASS = "__local__"

_Disk = tuple[str, str]


def disk_assets(samples: Samples, nodes: Nodes, machines: Machines, book: PriceBook, notes: Notes) -> list[Asset]:
    """
    Return one disk a node, the largest of its own; none where the price book leaves them out.

    A machine of which nobody reports a disk has one as large as the storage it offers to pods.
    """
    if book.local_disk_gib_hourly <= 0:
        return []
    storage = samples.storage
    sizes = _largest(storage.local_disk_bytes, machines)
    free = _largest(storage.local_disk_free, machines)
    used = {disk: sizes[disk] - free[disk] for disk in free if disk in sizes}
    used |= _largest(storage.local_disk_used, machines)
    used_max = _largest(storage.local_disk_used_max, machines)
    runs = _runs(samples, machines)
    chosen: dict[str, _Disk] = {}
    for disk, size in sorted(sizes.items()):
        if disk in runs and 0 < size <= LARGEST_BYTES and size > sizes.get(chosen.get(disk[0], ("", "")), 0.0):
            chosen[disk[0]] = disk
    reported = [
        _asset(disk, runs[disk], sizes[disk], (used.get(disk), used_max.get(disk)), nodes, book, notes)
        for disk in sorted(chosen.values())
    ]
    roots = {root.node: root.value for root in storage.root_bytes if 0 < root.value <= LARGEST_BYTES}
    return reported + [
        _asset((node.name, "root"), node.run, roots[node.name], (None, None), nodes, book, notes)
        for node in nodes
        if node.name in roots and node.name not in chosen and not node.billed_by_pod
    ]


def _asset(
    disk: _Disk,
    run: Run,
    size: float,
    used: tuple[float | None, float | None],
    nodes: Nodes,
    book: PriceBook,
    notes: Notes,
) -> Asset:
    node = nodes.at(disk[0], run)
    subject = f"disk {disk[1]} of {disk[0]}"
    mean, most = (value if value is not None and value >= 0 else None for value in used)
    return Asset(
        type=AssetType.DISK,
        name=disk[0],
        provider_id=node.provider_id if node else disk[0],
        provider=node.provider if node else "",
        region=node.region if node else "",
        start=run.starts_at,
        end=run.ends_at,
        cost=notes.amount(size / GIB * run.hours * book.local_disk_gib_hourly, subject),
        byte_hours=notes.count(size * run.hours, subject),
        byte_usage_hours=None if mean is None else notes.count(mean * run.hours, subject),
        byte_usage_max=most,
        storage_class=LOCAL_CLASS,
        local=True,
        price_source=book.rate("local_disk_gib_hourly").source,
    )


def _largest(values: Iterable[LocalDiskValue], machines: Machines) -> dict[_Disk, float]:
    found: dict[_Disk, float] = {}
    for value in values:
        key = (machines.name(value.node), value.device)
        found[key] = max(value.value, found.get(key, 0.0))
    return found


def _runs(samples: Samples, machines: Machines) -> dict[_Disk, Run]:
    runs: dict[_Disk, list[Run]] = defaultdict(list)
    for seen in samples.storage.local_disks:
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is not None:
            runs[machines.name(seen.node), seen.device].append(run)
    return {disk: hull(of_disk) for disk, of_disk in runs.items()}
