"""Whole answers as files: the engine writes them, the server sends them in pieces."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

from fleetcost import __version__
from fleetcost.api.context import Context
from fleetcost.api.currency import money_in_words, native_currency
from fleetcost.api.native import question_document
from fleetcost.api.operation import Reply
from fleetcost.api.questions import EXPLAIN_PARAMETERS
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import rfc3339
from fleetcost.query.answer import OtherCurrencies
from fleetcost.query.ask import judged, judged_bills, prepare
from fleetcost.query.currencies import other_currencies, with_missing_rates
from fleetcost.query.dialects import dialect_of
from fleetcost.query.files import Sheet, copy_to_csv, copy_to_parquet
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Question, Step
from fleetcost.tables.view import View

_PIECE = 1 << 18


def exported(context: Context, question: Question, columns: tuple[str, ...]) -> Reply:
    """
    Return every row of an answer as a file.

    Args:
        context: the request
        question: what is asked; its rows are cut by its step
        columns: which figures are wanted, empty for all
    """
    how = context.parameters["format"]
    handle, name = tempfile.mkstemp(prefix="fleetcost-", suffix=f".{how}")
    os.close(handle)
    file = Path(name)
    try:
        with context.snapshot() as snapshot:
            question = native_currency(context, snapshot, question)
            others = other_currencies(snapshot, question, context.tables.known)
            completeness = _completeness(context, question, snapshot, others)
            money = money_in_words(question, others)
            program = prepare(snapshot, replace(question, summed=False))
            note = _note(context, question, f"{money}{completeness}", rfc3339(context.as_of(snapshot)))
            sheet = Sheet(question, program, columns, dialect_of(snapshot))
            if how == "csv":
                copy_to_csv(snapshot, sheet, file)
            else:
                copy_to_parquet(snapshot, sheet, file, note)
        opened = file.open("rb")
    finally:
        # The open file stays readable; whatever happens next, nothing is left behind.
        file.unlink()
    kind = question.kind.value
    headers = {"content-disposition": f'attachment; filename="{kind}.{how}"'}
    if how == "csv":
        return Reply(
            media_type="text/csv; charset=utf-8", headers=headers, chunks=pieces(opened, f"# {note}\n".encode())
        )
    return Reply(media_type="application/vnd.apache.parquet", headers=headers, chunks=pieces(opened))


def pieces(opened: BinaryIO, first: bytes = b"") -> Iterator[bytes]:
    """Yield a file that is open in pieces, behind what stands before it, and close it."""
    if first:
        yield first
    with opened as file:
        while piece := file.read(_PIECE):
            yield piece


def _completeness(context: Context, question: Question, snapshot: View, others: OtherCurrencies) -> str:
    """Say what stands behind the answer."""
    if question.kind is CLOUD:
        bills = judged_bills(snapshot, question, context.now, context.tables.known)
        return f"bills: {'; '.join(f'{one.integration} is {one.state}' for one in bills) or 'none'}"
    behind = judged(snapshot, question, context.now, context.tables.known)
    every = context.seen(snapshot, with_missing_rates(behind, others.left_out))
    complete = [entry for entry in every if entry.state is WindowState.COMPLETE]
    rest = "; ".join(f"{entry.cluster} is {entry.state}" for entry in every if entry not in complete)
    return f"complete: {len(complete)} of {len(every)} clusters" + (f" ({rest})" if rest else "")


def _why(context: Context, question: Question) -> list[str]:
    """Say where each number of the file is explained: with fixed dates, for any row and column of it."""
    if question.kind is not SetKind.ALLOCATIONS or question.step is not Step.ALL:
        return []
    known = {one.name for one in EXPLAIN_PARAMETERS} & set(context.parameters)
    window = question.frame.window
    asked = {"window": f"{rfc3339(window.start)},{rfc3339(window.end)}"} | {
        name: context.parameters[name] for name in sorted(known - {"window", "limit"})
    }
    return [f"why a number is what it is: api/v1/explain?{urlencode(asked, safe=':,')}&row=NAME&field=COLUMN"]


def _note(context: Context, question: Question, completeness: str, as_of: str) -> str:
    """Say in one line what was asked and what stands behind the answer."""
    asked = question_document(question, context.parameters.get("filter", ""))
    window = f"{asked.window.start}/{asked.window.end}"
    by = ",".join(asked.aggregate) or "all"
    words = [
        f"fleetcost {__version__}", asked.kind, f"window={window}", f"aggregate={by}", f"step={asked.step}",
        f"idle={asked.idle}", f"basis={asked.basis}", f"filter={asked.filter or '(none)'}",
        completeness,
        f"as of {as_of}", f"written {rfc3339(context.now.replace(microsecond=0))}", *_why(context, question),
    ]  # fmt: skip
    return " | ".join(words).replace("\r", " ").replace("\n", " ")
