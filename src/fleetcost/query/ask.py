"""Asking: one question, one snapshot, one answer. Every endpoint, export and page goes through here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.query.answer import (
    AllocationRow,
    Answer,
    AssetRow,
    Completeness,
    Details,
    LoadBalancerDetail,
    RowType,
    StepRows,
    VolumeDetail,
    on_grid,
)
from fleetcost.query.compile import ALLOCATION_DETAILS, ALLOCATION_PROPERTIES, ASSET_PROPERTIES, Compiler
from fleetcost.query.completeness import judge, register
from fleetcost.query.dialect import DuckDb
from fleetcost.query.dimensions import IDLE
from fleetcost.query.measures import EXACT_ALLOCATION, EXACT_ASSET, IDLE_MEASURES, WEIGHTED_ASSET
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.tables.database import Snapshot
from fleetcost.tables.ledger import aware, naive, read_ledger

Dated = tuple[datetime, RowType]


def ask_allocations(snapshot: Snapshot, question: Question, now: datetime) -> Answer[AllocationRow]:
    """
    Answer a question about allocations.

    Raises:
        QuestionError: the filter names an unknown field, or the rows are in more than one currency.
    """
    compiler = Compiler(question, DuckDb())
    frame = _frame(question)
    dated = [_allocation(row, question) for row in snapshot.rows(compiler.allocations(), frame)]
    if question.idle is not Idle.HIDE:
        dated += [_idle(row) for row in snapshot.rows(compiler.idle(), frame)]
    return _answer(snapshot, question, dated, (SetKind.ALLOCATIONS, SetKind.ASSETS), now)


def ask_assets(snapshot: Snapshot, question: Question, now: datetime) -> Answer[AssetRow]:
    """
    Answer a question about assets.

    Raises:
        QuestionError: the filter names an unknown field, or the rows are in more than one currency.
    """
    rows = snapshot.rows(Compiler(question, DuckDb()).assets(), _frame(question))
    return _answer(snapshot, question, [_asset(row, question) for row in rows], (SetKind.ASSETS,), now)


def _answer(
    snapshot: Snapshot, question: Question, dated: Sequence[Dated[Any]], kinds: tuple[SetKind, ...], now: datetime
) -> Answer[Any]:
    by_step = defaultdict(list)
    for start, row in dated:
        by_step[start].append(row)
    steps = tuple(StepRows(window, tuple(by_step[_step_key(question, window)])) for window in question.steps())
    return Answer(
        question=question,
        steps=steps,
        completeness=snapshot.once(
            (question.frame, kinds, now), lambda: _completeness(snapshot, question.frame, kinds, now)
        ),
        currency=_currency([row for _, row in dated]),
    )


def _completeness(
    snapshot: Snapshot, frame: Frame, kinds: tuple[SetKind, ...], now: datetime
) -> tuple[Completeness, ...]:
    known = snapshot.remembered(
        f"register {frame.resolution}", lambda: register(read_ledger(snapshot).values(), frame.resolution)
    )
    return judge(known, frame, kinds, now)


def _step_key(question: Question, window: Window) -> datetime:
    """Return the step start the engine gives for a window: the outer ones are not cut there."""
    start = window.start
    if question.step is Step.ALL:
        return datetime(1970, 1, 1, tzinfo=start.tzinfo)
    if question.step is Step.HOUR:
        return start
    return _uncut(question.step, start)


def _uncut(step: Step, start: datetime) -> datetime:
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if step is Step.WEEK:
        return datetime.fromtimestamp(day.timestamp() - 86_400 * ((day.weekday() + 1) % 7), day.tzinfo)
    if step is Step.MONTH:
        return day.replace(day=1)
    if step is Step.QUARTER:
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day


def _frame(question: Question) -> dict[str, datetime]:
    return {"start": naive(question.frame.window.start), "end": naive(question.frame.window.end)}


def _currency(rows: Sequence[Any]) -> str:
    found = sorted({row.currency for row in rows})
    if len(found) > 1:
        raise QuestionError(
            "filter", "(none)", f"a filter that leaves clusters of one currency; found {', '.join(found)}, "
            "which are never added"
        )  # fmt: skip
    return found[0] if found else ""


def _allocation(row: Sequence[Any], question: Question) -> Dated[AllocationRow]:
    step, currency, rest = row[0], row[1], row[2:]
    width = len(question.dimensions)
    names, rest = tuple(str(name) for name in rest[:width]), rest[width:]
    columns = (*ALLOCATION_PROPERTIES, "start", "end", *EXACT_ALLOCATION)
    facts = dict(zip(columns, rest, strict=False))
    details = _details(rest[len(columns) :]) if question.detailed else None
    return aware(step), AllocationRow(names=names, currency=currency, details=details, **_zoned(facts))


def _idle(row: Sequence[Any]) -> Dated[AllocationRow]:
    step, currency, split, cluster, start, end, *costs = row
    names = (split, IDLE) if split else (IDLE,)
    facts = dict(zip(IDLE_MEASURES, costs, strict=True))
    return aware(step), AllocationRow(
        names=names, currency=currency, idle=True, cluster=cluster, start=aware(start), end=aware(end), **facts
    )


def _asset(row: Sequence[Any], question: Question) -> Dated[AssetRow]:
    step, currency, rest = row[0], row[1], row[2:]
    width = len(question.dimensions)
    names, rest = tuple(str(name) for name in rest[:width]), rest[width:]
    columns = (*ASSET_PROPERTIES, "start", "end", *EXACT_ASSET, *WEIGHTED_ASSET, "byte_usage_max", "local", "private")
    facts = _zoned(dict(zip(columns, rest, strict=False)))
    labels = msgspec.json.decode(rest[len(columns)], type=dict[str, str]) if rest[len(columns)] else {}
    facts["name_"] = facts.pop("name")
    return aware(step), AssetRow(names=names, currency=currency, labels=labels, **facts)


def _details(values: Sequence[Any]) -> Details:
    kinds = Details.__annotations__
    document = {
        name: msgspec.Raw(value.encode()) if isinstance(value, str) else value
        for name, value in zip(ALLOCATION_DETAILS, values, strict=True)
    }
    assert set(document) == set(kinds)  # noqa: S101 - the two lists are this room's own
    details = msgspec.json.decode(msgspec.json.encode(document), type=Details, strict=False)
    return msgspec.structs.replace(
        details, volumes=_volumes(details.volumes), load_balancers=_load_balancers(details.load_balancers)
    )


def _volumes(shares: Sequence[VolumeDetail]) -> tuple[VolumeDetail, ...]:
    """Add the shares of one volume."""
    added: dict[tuple[str, str], VolumeDetail] = {}
    for share in shares:
        key = (share.volume, share.provider_id)
        there = added.get(key, msgspec.structs.replace(share, byte_hours=0, cost=0.0))
        added[key] = msgspec.structs.replace(
            share, byte_hours=there.byte_hours + share.byte_hours, cost=on_grid(there.cost + share.cost)
        )
    return tuple(added[key] for key in sorted(added))


def _load_balancers(shares: Sequence[LoadBalancerDetail]) -> tuple[LoadBalancerDetail, ...]:
    """Add the shares of one load balancer."""
    added: dict[tuple[str, str], LoadBalancerDetail] = {}
    for share in shares:
        key = (share.service, share.ip)
        there = added.get(key, msgspec.structs.replace(share, hours=0.0, cost=0.0))
        added[key] = msgspec.structs.replace(
            share, hours=on_grid(there.hours + share.hours), cost=on_grid(there.cost + share.cost)
        )
    return tuple(added[key] for key in sorted(added))


def _zoned(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {name: aware(facts[name]) for name in ("start", "end")}
