"""A foreign set that holds several clusters, taken apart: one set of ours for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fleetcost.errors import SetRefusedError, SettingsError
from fleetcost.model.identity import cluster_id
from fleetcost.model.sets import SetKind
from fleetcost.sets.bingen.decode import Decoded, decode
from fleetcost.sets.bingen.record import Record
from fleetcost.sets.bingen.rows import facts
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.digest import digest
from fleetcost.sets.foreign import KINDS, Origin, converted
from fleetcost.sets.schema import TABLES

_ENTRIES = {SetKind.ALLOCATIONS: "Allocations", SetKind.ASSETS: "Assets"}


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What a set came apart into.

    Attributes:
        sets: one of each cluster
        homeless: rows that name no cluster, such as cloud assets; they are in none of the sets
        refused: clusters whose names cannot be ids, with the reason
    """

    sets: tuple[CostSet, ...]
    homeless: int
    refused: tuple[str, ...]


def split(content: bytes, origin: Origin) -> Parts:
    """
    Take a set apart by the clusters its rows name.

    Args:
        content: the object, gzip or not
        origin: what is known of it; the cluster of its key is replaced by each part's own

    Raises:
        SetDamagedError: damaged, cut, too large, or of a version this build does not read.
        SetRefusedError: its window is another than its name says.
    """
    kind = origin.key.kind
    decoded = decode(content, KINDS[kind], origin.path)
    window = facts(decoded).window
    if window is not None and window != origin.key.window:
        raise SetRefusedError(f"read {origin.path}: its window is {window}, its name says {origin.key.window}")
    entries: Mapping[str, Record | None] = decoded.top.value(_ENTRIES[kind]) or {}
    by_cluster: dict[str, dict[str, Record | None]] = defaultdict(dict)
    for name, entry in entries.items():
        owner = entry.value("Properties") if entry is not None else None
        by_cluster[str(owner.value("Cluster") or "") if owner is not None else ""][name] = entry
    sets, refused = [], []
    for cluster, own in sorted(by_cluster.items()):
        if not cluster:
            continue
        try:
            key = replace(origin.key, cluster=cluster_id(cluster))
        except SettingsError as error:
            refused.append(str(error))
            continue
        part = _with(decoded, _ENTRIES[kind], own)
        made = converted(part, facts(part), replace(origin, key=key), origin.written_at, "").cost_set
        # The rows are ours from now on, so their digest is, too: equal rows are equal sets.
        sets.append(CostSet(replace(made.header, digest=digest(made.table, TABLES[made.header.key.kind])), made.table))
    return Parts(tuple(sets), len(by_cluster.get("", {})), tuple(refused))


def _with(decoded: Decoded, field: str, entries: Mapping[str, Record | None]) -> Decoded:
    """Return the same set with other entries."""
    top = decoded.top
    values = list(top.values)
    values[top.layout.places[field]] = entries
    return replace(decoded, top=Record(top.layout, tuple(values)))
