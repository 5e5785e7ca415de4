"""The field's `warning`: what an answer in its shapes lacks, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fleetcost.api.currency import currency_headers, lacks_of
from fleetcost.api.operation import DocumentReply
from fleetcost.model.states import WindowState
from fleetcost.query.answer import Answer, Completeness

MOST_NAMED = 5
"""Clusters or integrations that are named; of the others the number is said."""


def enveloped(data: object, *answers: Answer[Any]) -> DocumentReply:
    """
    Wrap a document as the field does, with a warning where an answer behind it is not whole.

    Args:
        data: the document
        answers: it was made of
    """
    document = {"code": 200, "status": "success", "data": data}
    headers = currency_headers(*answers) if answers else {}
    lacks = list(dict.fromkeys(one for answer in answers for one in _lacks(answer)))
    more = [f"and {len(lacks) - MOST_NAMED} more"] if len(lacks) > MOST_NAMED else []
    left_out = list(dict.fromkeys(one for answer in answers if (one := lacks_of(answer))))
    words = [*left_out, *lacks[:MOST_NAMED], *more]
    if not words:
        return DocumentReply(document, headers)
    return DocumentReply(document | {"warning": f"this answer is not whole: {'; '.join(words)}"}, headers)


def doubted(document: Any, doubts: Sequence[str]) -> Any:  # noqa: ANN401 - a JSON document
    """Add to the warning of an enveloped document what a client may have meant; any other document stays as it is."""
    if not doubts or not isinstance(document, dict) or "status" not in document:
        return document
    said = [document["warning"]] if "warning" in document else []
    more = [f"and {len(doubts) - MOST_NAMED} more"] if len(doubts) > MOST_NAMED else []
    return document | {"warning": "; ".join([*said, *doubts[:MOST_NAMED], *more])}


def _lacks(answer: Answer[Any]) -> Iterator[str]:
    for entry in answer.completeness:
        if entry.state is not WindowState.COMPLETE or entry.estimated_minutes:
            yield f"{entry.cluster} is {_state(entry)}"
    for bill in answer.bills:
        if not bill.state.finished:
            yield f"bills of {bill.integration} are {bill.state}"


def _state(entry: Completeness) -> str:
    minutes = f"{entry.coverage_minutes:.0f} of {entry.expected_minutes:.0f} minutes were observed"
    estimated = f", {entry.estimated_minutes:.0f} are estimated" if entry.estimated_minutes else ""
    return f"{entry.state}, {minutes}{estimated}"
