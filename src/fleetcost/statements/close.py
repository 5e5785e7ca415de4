"""Closing a month: the chain is read, the tables are asked, the plan is written; whoever loses starts again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleetcost.bucket.port import Bucket
from fleetcost.errors import ConditionFailedError, MonthClosedError, MonthNotReadyError, StoreError, TryAgainError
from fleetcost.model.amount import ZERO
from fleetcost.model.statement import CalendarMonth, StatementLine, StatementLineKind
from fleetcost.statements.amounts import ByKey, added, decimal_of
from fleetcost.statements.book import BookVersion, read_book
from fleetcost.statements.live import StatementSources, inputs_of, live_amounts
from fleetcost.statements.plan import EarlierMonth, LiveMonth, StatementPlan, closed, closed_again, posted_for
from fleetcost.statements.ready import waiting_for
from fleetcost.statements.records import LinesObject, MonthDifference, StatementHeader
from fleetcost.statements.store import Statement, commit, read_chain, read_lines, witness
from fleetcost.statements.verify import totals_of
from fleetcost.tables.view import View

ATTEMPTS = 5
"""How often a closing starts again that another was faster than."""

_NO_LINES = LinesObject("", "", 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingOrder:
    """
    Who wants what to be closed.

    Attributes:
        book, month: which
        by: name of the token, or what closes by itself
        accepted: what is accepted as missing, in words; empty closes only what is ready
        reason: why a closed month is closed again; empty closes it for the first time
    """

    book: str
    month: CalendarMonth
    by: str
    accepted: str = ""
    reason: str = ""


def close_month(bucket: Bucket, sources: StatementSources, order: ClosingOrder, now: datetime) -> Statement:
    """
    Close a month.

    Raises:
        MonthClosedError: it is closed already; or is to be closed again and was never closed.
        MonthNotReadyError: something is waited for.
        ObjectMissingError: there is no such book.
        TryAgainError: the tables do not hold all of the bucket yet, or others were always faster.
        DamagedError: a statement was removed or changed.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    if not sources.whole():
        raise TryAgainError("the tables do not hold all of the bucket yet: close the month after the first pass")
    for _ in range(ATTEMPTS):
        chain = read_chain(bucket, order.book)
        book = _checked(read_book(bucket, order.book), chain, order, sources, now)
        for one in chain[-1:]:
            witness(bucket, order.book, one.header.number, one.sha256)
        with sources.database.snapshot() as snapshot:
            made = _Making(bucket, snapshot, sources, chain, now).statement(book, order)
        try:
            return commit(bucket, *made)
        except ConditionFailedError:
            continue
    raise StoreError(f"close {order.month} of {order.book}: others closed months of it meanwhile: do it again")


def _checked(
    book: BookVersion, chain: Sequence[Statement], order: ClosingOrder, sources: StatementSources, now: datetime
) -> BookVersion:
    """Return the definition a month is closed by: of one that is closed again that of its first statement."""
    own = [one.header for one in chain if one.header.calendar_month == order.month]
    if own and not order.reason:
        last = own[-1]
        raise MonthClosedError(
            f"{order.month} of {order.book} was closed at {last.closed_at:%Y-%m-%d %H:%M} by {last.closed_by}"
        )
    if order.reason and not own:
        raise MonthClosedError(
            f"{order.month} of {order.book} was never closed: close it without a reason to close it again"
        )
    if order.month.window.end > now:
        raise MonthNotReadyError(
            f"{order.month} is not over: it can be closed from {order.month.window.end:%Y-%m-%d} on"
        )
    if order.month < book.definition.first:
        raise MonthNotReadyError(
            f"the book {order.book} begins with {book.definition.first}: {order.month} is before it"
        )
    if not sources.keeps(order.month, now):
        raise MonthNotReadyError(f"the tables do not keep all of {order.month} any more: it cannot be closed")
    return own[0].book if own else book


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes a statement in one snapshot of the tables."""

    bucket: Bucket
    snapshot: View
    sources: StatementSources
    chain: Sequence[Statement]
    now: datetime

    def statement(self, book: BookVersion, order: ClosingOrder) -> tuple[StatementHeader, tuple[StatementLine, ...]]:
        """Return header and lines."""
        inputs = inputs_of(self.snapshot, self.sources, book.definition, order.month, self.now, pin=True)
        waiting = waiting_for(inputs)
        if waiting and not order.accepted:
            raise MonthNotReadyError(
                f"{order.month} of {order.book} waits: {'; '.join(waiting)}: accept it in words to close"
            )
        live = live_amounts(self.snapshot, self.sources, book.definition, order.month)
        plan = self._plan(book, order, live)
        own = [one for one in self.chain if one.header.calendar_month == order.month]
        header = StatementHeader(
            number=len(self.chain) + 1, month=str(order.month), seq=len(own), book=book, closed_at=self.now,
            closed_by=order.by, accepted=order.accepted, reason=order.reason, lines=_NO_LINES,
            totals=totals_of(plan.lines), differences=tuple(_differences(plan)), inputs=inputs,
            previous=self.chain[-1].sha256 if self.chain else "",
        )  # fmt: skip
        return header, plan.lines

    def _plan(self, book: BookVersion, order: ClosingOrder, live: ByKey) -> StatementPlan:
        if order.reason:
            return closed_again(order.month, live, posted_for(order.month, self._lines()))
        months = sorted({one.header.calendar_month for one in self.chain})
        kept = [month for month in months if month < order.month and self.sources.keeps(month, self.now)]
        # Each file is read once, and its lines are let go of before the next.
        posted: dict[CalendarMonth, list[ByKey]] = {month: [] for month in kept}
        for lines in self._lines() if kept else ():
            for month, sums in posted.items():
                sums.append(posted_for(month, [lines]))
        from_chain = {month: added(sums) for month, sums in posted.items()}
        earlier = [EarlierMonth(month, from_chain[month], self._live(month)) for month in kept]
        return closed(order.month, live, earlier, book.definition.least)

    def _lines(self) -> Iterator[tuple[StatementLine, ...]]:
        return (read_lines(self.bucket, one.header) for one in self.chain)

    def _live(self, month: CalendarMonth) -> LiveMonth:
        """Return a closed month as it is now, by the definition it was closed by."""
        first = next(one.header for one in self.chain if one.header.calendar_month == month)
        book = first.book.definition
        now = live_amounts(self.snapshot, self.sources, book, month)
        old = self._rates_of(month)
        table = self.sources.rates(book.rates, 0) if book.rates else None
        if not old or table is None or table.version == old:
            return LiveMonth(now)
        return LiveMonth(now, live_amounts(self.snapshot, self.sources, book, month, old))

    def _rates_of(self, month: CalendarMonth) -> int:
        """Return the version of the rates that the last posting for a month was made with."""
        about = [
            one.header.inputs.rates_version
            for one in self.chain
            if one.header.month == str(month) or any(d.month == str(month) and d.posted for d in one.header.differences)
        ]
        return about[-1]


def _differences(plan: StatementPlan) -> Iterator[MonthDifference]:
    """Return what was found of each earlier month, by currency."""
    for month, unposted in plan.unposted.items():
        own = [one for one in plan.lines if one.kind is StatementLineKind.PRIOR and one.origin_month == str(month)]
        for currency in sorted({one.currency for one in own} | {key.currency for key in unposted}):
            yield _difference(month, currency, [one for one in own if one.currency == currency], unposted)


def _difference(month: CalendarMonth, currency: str, own: Sequence[StatementLine], unposted: ByKey) -> MonthDifference:
    rest = sum(amounts.total_nanos for key, amounts in unposted.items() if key.currency == currency)
    return MonthDifference(
        month=str(month),
        currency=currency,
        posted=sum((one.total_cost for one in own), ZERO),
        coverage=sum((one.of_coverage for one in own), ZERO),
        bill=sum((one.of_bill for one in own), ZERO),
        rates=sum((one.of_rates for one in own), ZERO),
        unposted=decimal_of(rest),
    )
