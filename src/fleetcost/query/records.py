"""Facts of rows to rows of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.sets import SetKind
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.measures import WEIGHTED_ASSET
from fleetcost.query.question import Question
from fleetcost.query.rows import (
    AllocationRow,
    AssetRow,
    CloudCostRow,
    Details,
    LoadBalancerDetail,
    Proportion,
    SharedDetail,
    VolumeDetail,
    on_grid,
)
from fleetcost.query.sql.cells import DETAILS
from fleetcost.query.sql.idle import ROLE_IDLE, ROLE_ROW
from fleetcost.tables.ledger import aware

_LISTS = {
    "volumes": ("volumes", tuple[VolumeDetail, ...]),
    "load_balancers": ("load_balancers", tuple[LoadBalancerDetail, ...]),
    "breakdown": ("shared", tuple[SharedDetail, ...]),
    "proportions": ("proportions", tuple[Proportion, ...]),
    "common_labels": ("common_labels", dict[str, str]),
    "common_annotations": ("common_annotations", dict[str, str]),
}
_PARTS: Mapping[RowKind, tuple[str, ...]] = {
    SetKind.ALLOCATIONS: (*ALLOCATION.costs, "shared_cost"),
    SetKind.ASSETS: ASSET.costs,
}
"""What adds up to the total of a row."""
_MEAN_PLACES = 12
"""Decimal places of a mean."""


Facts = dict[str, Any]
"""What is known of one row, by column."""


def parts_of(question: Question) -> tuple[str, ...]:
    """Return what adds up to the total of a row."""
    return _PARTS.get(question.kind, (question.metric,))


def allocation_of(facts: Facts, question: Question) -> AllocationRow:
    """Make a row of its facts."""
    lists = {_LISTS[name][0]: _decoded(facts[name], name) for name in _LISTS if facts.get(name)}
    details = _details(facts) if question.detailed and DETAILS[0] in facts else None
    return AllocationRow(
        names=facts["names"],
        idle=facts["role"] == ROLE_IDLE,
        grouped=facts["role"] == ROLE_ROW,
        details=details,
        **_plain(facts, question, _ALLOCATION_FIELDS),
        **lists,
    )


def asset_of(facts: Facts, question: Question) -> AssetRow:
    """Make a row of its facts."""
    means: dict[str, Any] = {name: _mean(facts, name) for name in WEIGHTED_ASSET}
    plain = _plain(facts, question, _ASSET_FIELDS) | means
    return AssetRow(names=facts["names"], name_=facts.get("asset_name", ""), labels=_labels(facts), **plain)


def cloud_cost_of(facts: Facts, question: Question) -> CloudCostRow:
    """Make a row of its facts."""
    return CloudCostRow(names=facts["names"], labels=_labels(facts), **_plain(facts, question, _CLOUD_FIELDS))


_LEFT_OUT = {"names", "name_", "idle", "grouped", "details", "labels", *(attribute for attribute, _ in _LISTS.values())}
_ALLOCATION_FIELDS, _ASSET_FIELDS, _CLOUD_FIELDS = (
    tuple(name for name in row.__struct_fields__ if name not in _LEFT_OUT)
    for row in (AllocationRow, AssetRow, CloudCostRow)
)


def _plain(facts: Facts, question: Question, fields: tuple[str, ...]) -> Facts:
    """Return the facts that are fields as they are; what is not known of a row is left out."""
    known = _closed(facts, question)
    plain = {name: known[name] for name in fields if known.get(name) is not None}
    return plain | {"start": aware(facts["start"]), "end": aware(facts["end"])}


def _closed(facts: Facts, question: Question) -> Facts:
    """Let the parts of a converted cost add up to it: each was rounded by itself, the largest takes what is left."""
    if not question.converted or question.kind is CLOUD:
        return facts
    parts = {name: facts.get(name) or 0.0 for name in parts_of(question)}
    largest = max(parts, key=lambda name: abs(parts[name]))
    rest = on_grid(facts["total_cost"] - sum(parts.values()))
    return facts | {largest: on_grid(parts[largest] + rest)}


def _labels(facts: Facts) -> dict[str, str]:
    return msgspec.json.decode(facts["labels"], type=dict[str, str]) if facts.get("labels") else {}


def _mean(facts: Facts, name: str) -> float | None:
    """Return the weighted mean of a fraction, the plain mean where nothing weighs; None where nobody knows it."""
    if not facts.get(f"{name}_count"):
        return None
    if facts[f"{name}_weight"]:
        return round(float(facts[f"{name}_sum"] / facts[f"{name}_weight"]), _MEAN_PLACES)
    return round(float(facts[f"{name}_plain"] / facts[f"{name}_count"]), _MEAN_PLACES)


def _details(facts: Facts) -> Details:
    document = {
        name: msgspec.Raw(facts[name].encode()) if isinstance(facts[name], str) else facts[name] for name in DETAILS
    }
    return msgspec.json.decode(msgspec.json.encode(document), type=Details, strict=False)


def _decoded(text: str, name: str) -> Any:  # noqa: ANN401 - one of the types of `_LISTS`
    return msgspec.json.decode(text, type=_LISTS[name][1], strict=False)
