"""Records of the engine to rows of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.sets import SetKind
from fleetcost.query.compile import Program
from fleetcost.query.kinds import RowKind
from fleetcost.query.measures import UNMEASURED, WEIGHTED_ASSET
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
from fleetcost.query.sql.assets import WEIGHED
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


def allocation_of(record: Sequence[Any], question: Question, program: Program) -> AllocationRow:
    """Make a row of a record whose columns are those of `sql.reading.Reading.rows`."""
    role, facts = record[1], _facts(record, question, program)
    details = _details(facts) if question.detailed and role == ROLE_ROW else None
    lists = {_LISTS[name][0]: _decoded(facts[name], name) for name in program.shape.details if facts[name]}
    plain = {name: facts[name] for name in _plain(question, program)}
    return AllocationRow(
        names=_names(record, question),
        idle=role == ROLE_IDLE,
        grouped=role == ROLE_ROW,
        details=details,
        **plain,
        **lists,
    )


def asset_of(record: Sequence[Any], question: Question, program: Program) -> AssetRow:
    """Make a row of a record whose columns are those of `sql.reading.Reading.rows`."""
    facts = _facts(record, question, program)
    return _asset(facts, _names(record, question))


def total_allocation_of(record: Sequence[Any], question: Question, program: Program) -> AllocationRow:
    """Make a row of a record whose columns are those of `sql.reading.Reading.totals`."""
    return AllocationRow(names=("total",), **_totals(record, question, program))


def total_asset_of(record: Sequence[Any], question: Question, program: Program) -> AssetRow:
    """Make a row of a record whose columns are those of `sql.reading.Reading.totals`."""
    return _asset(_totals(record, question, program), ("total",))


def cloud_cost_of(record: Sequence[Any], question: Question, program: Program) -> CloudCostRow:
    """Make a row of a record whose columns are those of `sql.reading.Reading.rows`."""
    return _cloud_cost(_facts(record, question, program), _names(record, question))


def total_cloud_cost_of(record: Sequence[Any], question: Question, program: Program) -> CloudCostRow:
    """Make a row of a record whose columns are those of `sql.reading.Reading.totals`."""
    facts = _totals(record, question, program)
    return _cloud_cost(facts | {"total_cost": facts[question.metric]}, ("total",))


def _cloud_cost(facts: dict[str, Any], names: tuple[str, ...]) -> CloudCostRow:
    labels = msgspec.json.decode(facts["labels"], type=dict[str, str]) if facts.get("labels") else {}
    known = set(CloudCostRow.__struct_fields__) - {"labels"}
    return CloudCostRow(names=names, labels=labels, **{name: value for name, value in facts.items() if name in known})


def _names(record: Sequence[Any], question: Question) -> tuple[str, ...]:
    if record[1] != ROLE_ROW:
        return tuple(record[3].split("/"))
    return tuple(str(part) for part in record[4 : 4 + len(question.dimensions)])


def _plain(question: Question, program: Program) -> tuple[str, ...]:
    return ("currency", *question.properties, "start", "end", *program.shape.sums, "members")


def _facts(record: Sequence[Any], question: Question, program: Program) -> dict[str, Any]:
    shape = program.shape
    names = (
        "step", "role", "currency", "name", *(f"n{position}" for position in range(len(question.dimensions))),
        *shape.properties, "start", "end", *shape.sums, *shape.maxima, *shape.extras, "total_cost", "members",
        *shape.details,
    )  # fmt: skip
    facts = dict(zip(names, record, strict=True))
    facts["start"], facts["end"] = aware(facts["start"]), aware(facts["end"])
    for name in shape.sums:
        if facts[name] is None and name not in UNMEASURED:
            facts[name] = 0.0
    return _closed(facts, facts["total_cost"], question)


def _closed(facts: dict[str, Any], total: float, question: Question) -> dict[str, Any]:
    """Let the parts of a converted cost add up to it: each was rounded by itself, the largest takes what is left."""
    parts = _PARTS.get(question.kind, ())
    if question.converted and parts:
        largest = max(parts, key=lambda name: abs(facts[name]))
        facts[largest] = on_grid(facts[largest] + on_grid(total - sum(facts[name] for name in parts)))
    return facts


def _totals(record: Sequence[Any], question: Question, program: Program) -> dict[str, Any]:
    names = ("step", "currency", "members", "start", "end", *program.shape.sums)
    facts = dict(zip(names, record, strict=False))
    facts.pop("step")
    facts["start"], facts["end"] = aware(facts["start"]), aware(facts["end"])
    known = {name: 0.0 if value is None and name not in UNMEASURED else value for name, value in facts.items()}
    return _closed(known, record[-1], question)


def _asset(facts: dict[str, Any], names: tuple[str, ...]) -> AssetRow:
    means: dict[str, Any] = {name: _mean(facts, name) for name in WEIGHTED_ASSET}
    labels = msgspec.json.decode(facts["labels"], type=dict[str, str]) if facts.get("labels") else {}
    left_out = {"step", "role", "name", "asset_name", "total_cost", "members", "labels", *WEIGHED}
    plain = {
        name: value
        for name, value in facts.items()
        if name not in left_out and name in AssetRow.__struct_fields__ and value is not None
    }
    return AssetRow(names=names, name_=facts.get("asset_name", ""), labels=labels, **plain, **means)


def _mean(facts: dict[str, Any], name: str) -> float | None:
    """Return the weighted mean of a fraction, the plain mean where nothing weighs; None where nobody knows it."""
    if not facts[f"{name}_count"]:
        return None
    if facts[f"{name}_weight"]:
        return round(float(facts[f"{name}_sum"] / facts[f"{name}_weight"]), _MEAN_PLACES)
    return round(float(facts[f"{name}_plain"] / facts[f"{name}_count"]), _MEAN_PLACES)


def _details(facts: dict[str, Any]) -> Details:
    document = {
        name: msgspec.Raw(facts[name].encode()) if isinstance(facts[name], str) else facts[name] for name in DETAILS
    }
    return msgspec.json.decode(msgspec.json.encode(document), type=Details, strict=False)


def _decoded(text: str, name: str) -> Any:  # noqa: ANN401 - one of the types of `_LISTS`
    return msgspec.json.decode(text, type=_LISTS[name][1], strict=False)
