"""
The documentation's tables, made of the code's own: versions, every wire field and our column for it, findings.

`python -m fleetcost.sets.bingen.describe docs/format/bingen.md` writes them between the file's markers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fleetcost.sets.beside import BesideKind
from fleetcost.sets.bingen import allocations, assets
from fleetcost.sets.bingen import fields_allocation as allocation_fields
from fleetcost.sets.bingen import fields_asset as asset_fields
from fleetcost.sets.bingen.columns import Columns
from fleetcost.sets.bingen.findings import SetFindingKind
from fleetcost.sets.bingen.grammar import Field, Struct
from fleetcost.sets.bingen.versions import EVERY_SET

TABLES: dict[Struct, tuple[Columns, ...]] = {
    allocation_fields.ALLOCATION_SET: (),
    allocation_fields.ALLOCATION: (allocations.NUMBERS, allocations.GPU_AVERAGES),
    allocation_fields.PROPERTIES: (allocations.OWNER,),
    allocation_fields.RAW_ONLY: (allocations.MAXIMA,),
    allocation_fields.GPU_ALLOCATION: (allocations.GPU_AVERAGES,),
    allocation_fields.PV_KEY: (),
    allocation_fields.PV_ALLOCATION: (allocations.VOLUME,),
    allocation_fields.LB_ALLOCATION: (allocations.LOAD_BALANCER,),
    asset_fields.ASSET_SET: (),
    asset_fields.PROPERTIES: (assets.OWNER,),
    asset_fields.ANY: (assets.ASSET, assets.BY_TYPE["Any"]),
    asset_fields.CLOUD: (assets.ASSET, assets.BY_TYPE["Cloud"]),
    asset_fields.CLUSTER_MANAGEMENT: (assets.ASSET, assets.BY_TYPE["ClusterManagement"]),
    asset_fields.DISK: (assets.ASSET, assets.BY_TYPE["Disk"]),
    asset_fields.LOAD_BALANCER: (assets.ASSET, assets.BY_TYPE["LoadBalancer"]),
    asset_fields.NETWORK: (assets.ASSET, assets.BY_TYPE["Network"]),
    asset_fields.NODE: (assets.ASSET, assets.BY_TYPE["Node"], assets.NODE_PRICED),
    asset_fields.BREAKDOWN: (assets.NODE_PARTS["CPUBreakdown"], assets.NODE_PARTS["RAMBreakdown"]),
    asset_fields.NODE_OVERHEAD: (assets.NODE_PARTS["Overhead"],),
    asset_fields.SHARED: (assets.ASSET, assets.BY_TYPE["SharedAsset"]),
}
"""The structs that become rows, and the column tables that read each."""

FATES = {
    "AggregationKeys": "not carried: rows are not aggregated",
    "Allocations": "the rows, by their keys; idle ones are dropped",
    "Assets": "the rows, by their keys",
    "Breakdown": "not carried: no column",
    "CPUBreakdown": "see Breakdown",
    "CPUCoreLimitAverage": "not carried: no column",
    "Category": "not carried: follows from the type",
    "Cluster": "the set's facts",
    "DeprecatedGPURequestAverage": "not carried: GPUAllocation replaces it",
    "DeprecatedGPUUsageAverage": "not carried: GPUAllocation replaces it",
    "End": "`end`",
    "Errors": "a finding",
    "ExternalKeys": "not carried: external rows are kept like all others",
    "FromSource": "the set's facts",
    "GPUAllocation": "see GPUAllocation",
    "GPUCount": "not carried: follows from GPUHours",
    "GPUDevice": "not carried: no column",
    "GPUModel": "not carried: no column",
    "GPUUUID": "not carried: no column",
    "Idle": "not carried: the rest of the others",
    "IdleKeys": "the rows of these keys are dropped",
    "IsGPUShared": "not carried: no column",
    "LoadBalancers": "`load_balancers`, see LbAllocation",
    "Name": "not carried: the row's key says the same",
    "NetworkNatGatewayEgressCost": "inside `network_cost`",
    "NetworkNatGatewayIngressCost": "inside `network_cost`",
    "Overhead": "see NodeOverhead",
    "OverheadCostFraction": "not carried: follows from the other two",
    "PVKey.Cluster": "not carried: the row's own",
    "PVKey.Name": "`volume`",
    "PVs": "`volumes`, see PVKey and PVAllocation; their sums are `pv_cost` and `pv_byte_hours`",
    "Properties": "see AllocationProperties, AssetProperties",
    "RAMBreakdown": "see Breakdown",
    "RAMBytesLimitAverage": "not carried: no column",
    "RawAllocationOnly": "see RawAllocationOnlyData",
    "SharedCost": "not carried: sharing is computed for each question; a finding unless 0",
    "Start": "`start`",
    "Warnings": "a finding",
    "Window": "not carried: the set's window holds for all rows",
    "AllocationSet.Window": "the set's facts",
    "AssetSet.Window": "the set's facts",
}
"""Fields that no column table reads, by their name or by struct and name, and what becomes of them."""

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(text: str) -> str:
    """Return a document with its generated tables as they are now."""
    tables = {"versions": versions_table, "fields": fields_tables, "findings": findings_table, "beside": beside_table}
    return _BLOCK.sub(lambda block: f"{block[1]}\n{tables[block[2]]()}\n\n{block[3]}", text)


def versions_table() -> str:
    """Return every version of every set, and what came with it."""
    rows = (
        (versions.name, str(version.number), version.seen, version.brought)
        for versions in EVERY_SET
        for version in versions.history
    )
    return _table(("set", "version", "first seen in", "what came"), rows)


def fields_tables() -> str:
    """Return a table for each struct that becomes rows: its fields and ours."""
    parts = []
    for struct in TABLES:
        rows = ((field.name, _versions_of(field), fate_of(struct, field.name)) for field in struct.fields)
        parts.append(f"**{struct.name}**\n\n" + _table(("field", "versions", "becomes"), rows))
    return "\n\n".join(parts)


def findings_table() -> str:
    """Return every kind of finding and its meaning."""
    return _table(("finding", "meaning"), ((kind.value, kind.meaning) for kind in SetFindingKind))


def beside_table() -> str:
    """Return every kind of folder beside the sets and its meaning."""
    return _table(("what", "meaning"), ((kind.value, kind.meaning) for kind in BesideKind))


def fate_of(struct: Struct, name: str) -> str:
    """Return what becomes of a field: our column and the rule, or the reason why there is none."""
    read = [column for columns in TABLES[struct] for column in columns.columns if column.wire == name]
    if not read:
        return FATES.get(f"{struct.name}.{name}") or FATES[name]
    return ", ".join(f"`{column.ours}`" + (f" ({column.rule.words})" if column.rule.words else "") for column in read)


def _versions_of(field: Field) -> str:
    """Return the versions that have a field, in words; empty for all."""
    if field.since == field.until:
        return str(field.since)
    return f"{field.since} on" if field.since else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    return "\n".join(_lines(head, rows))


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def main(path: Path) -> None:
    """Rewrite the generated tables of a document."""
    path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
