"""The page of an answer as SQL, for files that the engine writes by itself."""

from __future__ import annotations

from fleetcost.query.dialect import Dialect
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Ordering, Question, Step


def page_of(question: Question, dialect: Dialect, names: list[str], cells: str) -> str:
    """
    Return the rows that come back.

    Args:
        question: what is asked
        dialect: of the engine
        names: the columns of the name
        cells: where to read all rows
    """
    page, order = question.page, _order(question, dialect, names)
    if page.limit is None and not page.offset:
        return f"SELECT * FROM {cells}"
    if question.step is Step.ALL:
        limit = "" if page.limit is None else f" LIMIT {page.limit}"
        return f"SELECT * FROM {cells} ORDER BY {order}{limit} OFFSET {page.offset}"
    last = "" if page.limit is None else f" AND place <= {page.offset + page.limit}"
    return (
        f"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY step ORDER BY {order}) AS place FROM {cells}) "
        f"WHERE place > {page.offset}{last}"
    )


def _order(question: Question, dialect: Dialect, names: list[str]) -> str:
    order, shown = question.page.order, question.shown
    rest = ", ".join(["role", "name", *names, "currency"])
    if order is None:
        return f"step, {rest}"
    own = f"CASE WHEN currency = {dialect.text(shown.currency)} THEN 0 ELSE 1 END, " if shown and shown.currency else ""
    apart = f"{own}currency, " if shown or question.kind is CLOUD else ""
    return f"step, {apart}{_ordered(order)}, {rest}"


def _ordered(order: Ordering) -> str:
    return f'"{order.column}" {"DESC" if order.descending else "ASC"} NULLS LAST'
