"""The fleets of `aggregator_fleet`, as another product's agents would have written them: bingen, one object a set."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aggregator_fleet import LAST_DAY, Cluster, Size

from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.sets.bingen import fields_allocation as wire
from fleetcost.sets.bingen import fields_asset as wire_asset
from fleetcost.sets.bingen.fields_window import WINDOW
from fleetcost.sets.bingen.record import Record, WireTime
from fleetcost.sets.cost_set import CostSet

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from unit.sets.bingen.writer import Writer, build, time_bytes

ALLOCATIONS_VERSION, ASSETS_VERSION = 25, 21
YEAR_1 = datetime(1, 1, 1, tzinfo=LAST_DAY.tzinfo)
REPEATED_DAYS = 7
"""Every so many days have the same rows: only their times are written again."""

OWNER = {
    "Node": "node", "Container": "container", "Controller": "controller", "ControllerKind": "controller_kind",
    "Namespace": "namespace", "Pod": "pod", "Services": "services", "ProviderID": "provider_id", "Labels": "labels",
    "Annotations": "annotations", "NamespaceLabels": "namespace_labels",
}  # fmt: skip
AMOUNTS = {
    "CPUCoreHours": "cpu_core_hours", "CPUCost": "cpu_cost", "GPUHours": "gpu_hours", "GPUCost": "gpu_cost",
    "RAMByteHours": "ram_byte_hours", "RAMCost": "ram_cost", "NetworkTransferBytes": "network_transfer_bytes",
    "NetworkReceiveBytes": "network_receive_bytes", "NetworkCrossZoneCost": "network_zone_cost",
    "NetworkInternetCost": "network_internet_cost", "NetworkCost": "network_cost",
}  # fmt: skip
AVERAGES = {
    "CPUCoreRequestAverage": "cpu_core_request_hours", "CPUCoreUsageAverage": "cpu_core_usage_hours",
    "RAMBytesRequestAverage": "ram_byte_request_hours", "RAMBytesUsageAverage": "ram_byte_usage_hours",
}  # fmt: skip


def wire_time(instant: datetime) -> WireTime:
    """Return a time as the files have it."""
    return WireTime(int((instant - YEAR_1).total_seconds()), 0, 0)


def times(window: Window) -> dict[str, Any]:
    """Return the fields that say when."""
    start, end = wire_time(window.start), wire_time(window.end)
    return {"Start": start, "End": end, "Window": build(WINDOW, ALLOCATIONS_VERSION, Start=start, End=end)}


def allocation(row: dict[str, Any], cluster: str, when: dict[str, Any], hours: float) -> Record:
    """Return one of our allocations as one of theirs."""
    owner = {theirs: dict(row[ours]) if "abels" in theirs or theirs == "Annotations" else row[ours]
             for theirs, ours in OWNER.items()}  # fmt: skip
    properties = build(wire.PROPERTIES, ALLOCATIONS_VERSION, Cluster=cluster, **owner)
    amounts = {theirs: float(row[ours]) for theirs, ours in AMOUNTS.items()}
    averages = {theirs: float(row[ours]) / hours for theirs, ours in AVERAGES.items()}
    shares = {
        build(wire.PV_KEY, ALLOCATIONS_VERSION, Cluster=cluster, Name=share["volume"]): build(
            wire.PV_ALLOCATION, ALLOCATIONS_VERSION, ByteHours=float(share["byte_hours"]), Cost=float(share["cost"]),
            ProviderID=share["provider_id"],
        )
        for share in row["volumes"]
    }  # fmt: skip
    raw = build(wire.RAW_ONLY, ALLOCATIONS_VERSION, CPUCoreUsageMax=row["cpu_core_usage_max"],
                RAMBytesUsageMax=row["ram_byte_usage_max"])  # fmt: skip
    return build(wire.ALLOCATION, ALLOCATIONS_VERSION, Properties=properties, PVs=shares or None,
                 RawAllocationOnly=raw, **when, **amounts, **averages)  # fmt: skip


def asset(row: dict[str, Any], cluster: str, when: dict[str, Any]) -> Record:
    """Return one of our assets as one of theirs."""
    shape = {"Node": wire_asset.NODE, "Disk": wire_asset.DISK}.get(row["type"], wire_asset.CLUSTER_MANAGEMENT)
    names = {field.name for field in shape.fields}
    properties = build(
        wire_asset.PROPERTIES, ASSETS_VERSION, Cluster=cluster, Name=row["name"], ProviderID=row["provider_id"],
        Provider=row["provider"], Account=row["account"], Service=row["service"],
    )  # fmt: skip
    fields = {"Properties": properties, "Labels": dict(row["labels"]), "Cost": float(row["cost"]), **when}
    fields |= {"ByteHours": float(row["byte_hours"]), "Local": float(row["local"]), "NodeType": row["node_type"],
               "CPUCoreHours": float(row["cpu_core_hours"]), "RAMByteHours": float(row["ram_byte_hours"]),
               "CPUCost": float(row["cpu_cost"]), "RAMCost": float(row["ram_cost"]),
               "VolumeName": row["volume_name"], "ClaimName": row["claim_name"]}  # fmt: skip
    return build(shape, ASSETS_VERSION, **{name: value for name, value in fields.items() if name in names})


def content(cost_set: CostSet) -> bytes:
    """Return a set as a foreign object."""
    key = cost_set.header.key
    when, rows = times(key.window), cost_set.table.to_pylist()
    if key.kind is SetKind.ALLOCATIONS:
        chosen = {
            "/".join((key.cluster, row["node"], row["namespace"], row["pod"], row["container"])): allocation(
                row, key.cluster, when, key.window.hours
            )
            for row in rows
        }
        top = build(wire.ALLOCATION_SET, ALLOCATIONS_VERSION, Allocations=chosen, Window=when["Window"])
        return Writer().file(wire.ALLOCATION_SET, top)
    assets = {f"{row['type']}/{row['name']}": asset(row, key.cluster, when) for row in rows}
    top = build(wire_asset.ASSET_SET, ASSETS_VERSION, Assets=assets, Window=when["Window"])
    return Writer().file(wire_asset.ASSET_SET, top)


def days_of(size: Size, number: int) -> Iterator[tuple[CostSet, list[Window]]]:
    """Iterate sets of a cluster that are written, each with the windows it is written for."""
    sets = list(Cluster(number, size.containers).sets(size.days, LAST_DAY))
    windows = sorted({one.header.key.window for one in sets}, key=lambda window: window.start)
    written = [window for place, window in enumerate(windows) if place % REPEATED_DAYS == 0]
    for one in sets:
        start = one.header.key.window.start
        if one.header.key.window in written:
            yield one, [window for window in windows if timedelta(0) <= window.start - start < timedelta(REPEATED_DAYS)]


def write_cluster(job: tuple[int, Size, Path]) -> int:
    """Write all sets of one cluster; return the bytes."""
    number, size, folder = job
    written = 0
    for one, windows in days_of(size, number):
        key = one.header.key
        first = content(one)
        for window in windows:
            moved = first
            for old, new in ((key.window.start, window.start), (key.window.end, window.end)):
                # The two times of a day are each other's neighbours': by way of a mark that is in no file.
                moved = moved.replace(time_bytes(wire_time(old)), b"\0<%s>\0" % new.isoformat().encode())
            for new in (window.start, window.end):
                moved = moved.replace(b"\0<%s>\0" % new.isoformat().encode(), time_bytes(wire_time(new)))
            name = f"federated/{key.cluster}/etl/bingen/{key.kind}/1d/{window.start_epoch}-{window.end_epoch}"
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(moved)
            written += len(moved)
    return written


def build_bingen(size: Size, folder: Path, processes: int = 2) -> int:
    """Write a fleet below a folder unless it is there; return its bytes."""
    mark = folder / "built"
    if mark.exists():
        return int(mark.read_text())
    with ProcessPoolExecutor(processes) as pool:
        written = sum(pool.map(write_cluster, [(number, size, folder) for number in range(size.clusters)]))
    mark.write_text(str(written))
    return written
