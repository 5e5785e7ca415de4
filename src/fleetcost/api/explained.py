"""A tree of one number as the native API writes it: amounts are exact texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from urllib.parse import unquote

import msgspec

from fleetcost.api.behind import CompletenessJson
from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.currency import ConversionJson
from fleetcost.api.native import QuestionJson
from fleetcost.model.window import rfc3339
from fleetcost.why.explain_objects import SourceObject
from fleetcost.why.explain_path import Path, value_of, written
from fleetcost.why.explain_tree import Explained, Formula


class SourceObjectJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    One object of the bucket that a number was read from.

    Attributes:
        kind: allocations, assets or bill
        digest: a hash of its rows
        built_at: when it was made, None where nobody said
        format_version: of its file
        coverage_minutes: of a set, minutes of its window in which the source was seen
        agent_version: of a set, who wrote it
        final: of a set, no more samples can come
        state, version: of a bill, how far it had come, and which version of its day it is
    """

    kind: str
    path: str
    digest: str
    window: WindowJson
    format_version: int
    built_at: str | None = None
    coverage_minutes: float | None = None
    agent_version: str | None = None
    final: bool | None = None
    state: str | None = None
    version: int | None = None


class FormulaJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    An amount as quantity times price, times a rate where there is one; of a part that has parts, the mean price.

    Attributes:
        quantity, price, factor: exact
        unit: of the quantity
        currency: of the price
    """

    quantity: str
    unit: str
    price: str
    currency: str
    factor: str | None = None


class RestJson(msgspec.Struct, frozen=True):
    """The parts that were left out because there are more than the limit, together."""

    count: int
    amount: str


class PartJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    One part of a number. Its amount is exactly that of its parts and their rest, where it has any.

    Attributes:
        path: names it in the parameter `path`
        kind: answer, part, source, resource, basis, cluster, price, window, node, row or piece
        label: what it is, in words
        amount: in the currency of the tree, exact
        opens: it has parts that were not asked for: ask with its path
        formula: what the amount is the product of
        facts: what else is known of it
        note: what to know, such as why it is not split further
        objects: what it was read from
    """

    path: str
    kind: str
    label: str
    amount: str
    opens: bool = False
    formula: FormulaJson | None = None
    facts: dict[str, str] = {}
    note: str = ""
    objects: list[SourceObjectJson] = []
    parts: list[PartJson] = []
    rest: RestJson | None = None


class ExplainJson(msgspec.Struct, frozen=True):
    """
    One number of an answer, explained.

    Attributes:
        question: what was understood of it; its rows and totals are those of `/api/v1/allocations`
        row: the name of the row, None for the total of all rows
        field: which figure
        currency: of every amount
        tree: the part that was asked for, with its parts
        completeness: which windows stand behind the number, and which do not: what those would add is not known
        conversion: the exchange rates behind it
    """

    question: QuestionJson
    row: str | None
    field: str
    currency: str
    tree: PartJson
    completeness: list[CompletenessJson]
    conversion: ConversionJson | None
    as_of: str
    took_ms: float


Objects = Callable[[str, datetime, bool], list[SourceObject]]
"""Gives what stands behind a cluster's window; with its bills where those are part of the amount."""


def part_document(part: Explained, objects: Objects) -> PartJson:
    """Return a part with all its parts."""
    return PartJson(
        path=written(part.path),
        kind=part.kind,
        label=part.label,
        amount=exact_text(part.amount),
        opens=part.opens,
        formula=None if part.formula is None else _formula(part.formula),
        facts=dict(part.facts),
        note=part.note,
        objects=[_object(one) for one in _behind(part, objects)],
        parts=[part_document(one, objects) for one in part.parts],
        rest=None if part.rest is None else RestJson(part.rest_count, exact_text(part.rest)),
    )


def exact_text(amount: Decimal) -> str:
    """Write an amount with every place it has, and no more."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _behind(part: Explained, objects: Objects) -> list[SourceObject]:
    cluster = value_of(part.path, "cluster")
    if part.kind != "window" or cluster is None:
        return []
    start = datetime.fromisoformat(unquote(part.path[-1].partition("=")[2]))
    return objects(cluster, start, _billed(part.path))


def _billed(path: Path) -> bool:
    return value_of(path, "basis") in {None, "adjustment"}


def _formula(formula: Formula) -> FormulaJson:
    return FormulaJson(
        quantity=exact_text(formula.quantity),
        unit=formula.unit,
        price=exact_text(formula.price),
        currency=formula.currency,
        factor=None if formula.factor is None else exact_text(formula.factor),
    )


def _object(one: SourceObject) -> SourceObjectJson:
    of_bill = one.kind == "bill"
    return SourceObjectJson(
        kind=one.kind,
        path=one.path,
        digest=one.digest,
        window=window_document(one.window),
        format_version=one.format_version,
        built_at=rfc3339(one.built_at) if one.built_at else None,
        coverage_minutes=one.coverage_minutes,
        agent_version=one.agent_version or None,
        final=None if of_bill else one.final,
        state=one.state or None,
        version=one.version,
    )
