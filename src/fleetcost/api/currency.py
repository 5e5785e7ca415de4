"""The currency of an answer: what is asked, what is set, and what the answer says of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from fleetcost.api.behind import by_currency, days_of, exact_text
from fleetcost.api.context import Context
from fleetcost.commands import ShownCommand
from fleetcost.errors import QuestionError, closest
from fleetcost.model.amount import EXACT, ZERO, exact_sum
from fleetcost.model.sets import SetKind
from fleetcost.query.answer import Answer, Exchanged, LeftOut, OtherCurrencies
from fleetcost.query.bills import BillCover
from fleetcost.query.conditions import comparisons
from fleetcost.query.currencies import in_currency, usual_currency
from fleetcost.query.filters import Match, parse_filter
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Question
from fleetcost.query.shown import DayFactor
from fleetcost.rates.table import RatePolicy
from fleetcost.tables.view import View

_NATIVE = "native"
"""Each row in its own currency."""

_INVOICE = "invoice"
"""The rates of bills themselves, which nobody keeps."""

MOST_OWNERS = 20
"""Clusters or integrations that are named in words; sums by currency are of all."""

_CODE = re.compile(r"[A-Z]{3}")


class ExchangedJson(msgspec.Struct, frozen=True):
    """
    One currency that costs were converted from.

    Attributes:
        amount: what they are together, exactly, before anything is shared
        converted: the same in the answer's currency, rounded once
        first_rate, last_rate: on the first and the last day of the window that has one, exactly
        first_rate_day, last_rate_day: the days whose rates these are
        days: how many days have one
    """

    currency: str
    amount: str
    converted: str
    first_rate: str
    last_rate: str
    first_rate_day: str
    last_rate_day: str
    days: int


class NotConvertedJson(msgspec.Struct, frozen=True):
    """
    Costs that are not in the answer's currency, because there is no rate for them.

    Attributes:
        amount: what they are together, exactly
        owners: clusters, or integrations of bills
        days: whose costs they are
        why: in words
    """

    currency: str
    amount: str
    owners: list[str]
    days: list[str]
    why: str


class ConversionJson(msgspec.Struct, frozen=True, rename={"exchanged": "from"}):
    """
    The exchange rates behind an answer.

    Attributes:
        table, version: which; empty and 0 where there is none
        policy: `daily`, `monthly`, or the day whose rates count throughout
        exchanged: what was converted
        missing: what could not be; it is in `by_currency`
    """

    table: str
    version: int
    policy: str
    exchanged: list[ExchangedJson]
    missing: list[NotConvertedJson]


class WarningJson(msgspec.Struct, frozen=True):
    """Something the reader of the numbers should know."""

    code: str
    message: str


class CurrencyFiguresJson(msgspec.Struct, frozen=True):
    """Totals of the rows in one currency."""

    currency: str
    count: int
    totals: dict[str, float | None]


def native_currency(context: Context, snapshot: View, question: Question) -> Question:
    """
    Return a native question with the currency of its answer: rows that cannot be converted stay apart.

    Raises:
        QuestionError: `currency` or `rates` cannot be used.
    """
    money = context.tables.money
    asked = _asked(context, native=True)
    currency = money.display if asked is None else asked
    return in_currency(snapshot, question, context.tables.known, currency, _policy(context), alone=False)


def report_currency(context: Context, snapshot: View, question: Question) -> Question:
    """
    Return a question about bills and assets with the currency of its answer; see `native_currency`.

    Raises:
        QuestionError: `currency` or `rates` cannot be used.
    """
    bills = native_currency(context, snapshot, question)
    assets = native_currency(context, snapshot, replace(question, kind=SetKind.ASSETS))
    both = [one.shown for one in (bills, assets) if one.shown is not None]
    others = tuple(sorted({currency for one in both for currency in one.others}))
    return replace(question, shown=replace(both[0], others=others) if both else None)


def field_currency(context: Context, snapshot: View, question: Question) -> Question:
    """
    Return a question of the field's clients with the one currency of its answer: other rows are left out.

    Raises:
        QuestionError: `currency` or `rates` cannot be used.
    """
    currency = _asked(context, native=False)
    currency = currency or _filtered(context, question) or field_currency_code(context, snapshot)
    return in_currency(snapshot, question, context.tables.known, currency, _policy(context), alone=True)


def field_currency_code(context: Context, snapshot: View) -> str:
    """Return the currency of answers of the field's clients that name none; no window or filter changes it."""
    money = context.tables.money
    return money.display or usual_currency(snapshot, context.tables.known, money.home, context.clusters(snapshot))


def conversion_document(question: Question, others: OtherCurrencies) -> ConversionJson | None:
    """
    Say which rates stand behind an answer; None where every row is in its own currency.

    Args:
        question: that was answered
        others: what became of rows in other currencies
    """
    shown = question.shown
    if shown is None or not shown.currency:
        return None
    factors: dict[str, list[DayFactor]] = defaultdict(list)
    for one in question.exchange.factors:
        factors[one.currency].append(one)
    amounts = {one.currency: one for one in others.exchanged}
    policy = shown.policy
    return ConversionJson(
        table=policy.table.name if policy else "",
        version=policy.table.version if policy else 0,
        policy=policy.name if policy else "",
        exchanged=[
            _exchanged(amounts.get(currency, Exchanged(currency, ZERO, ZERO)), own)
            for currency, own in sorted(factors.items())
        ],
        missing=[_missing(currency, own, question) for currency, own in by_currency(others.left_out).items()],
    )


def currency_warnings(answer: Answer[Any]) -> list[WarningJson]:
    """Say where an answer is not in one currency."""
    currencies = sorted({one.row.currency for one in answer.totals})
    if answer.left_out:
        return [WarningJson("rate-missing", f"costs without an exchange rate stay apart: {apart_in_words(answer)}")]
    if len(currencies) > 1:
        message = f"costs in {', '.join(currencies)} are never added; currency={currencies[0]} shows them in one"
        return [WarningJson("several-currencies", message)]
    return []


def shown_covers(covers: Iterable[BillCover], answer: Answer[Any]) -> tuple[BillCover, ...]:
    """Return what bills cover in the currency of an answer; without what stays in another."""
    factors = {(one.day, one.currency): float(one.factor) for one in answer.question.exchange.factors}
    shown = []
    for one in covers:
        if one.currency == answer.currency:
            shown.append(one)
        elif factor := factors.get((one.day, one.currency)):
            listed, uncovered = one.list_cost * factor, one.uncovered_cost * factor
            shown.append(replace(one, currency=answer.currency, list_cost=listed, uncovered_cost=uncovered))
    return tuple(shown)


def lacks_of(answer: Answer[Any]) -> str:
    """Say in words what an answer in one currency is without; empty where it is whole."""
    if not answer.left_out:
        return ""
    return f"costs are in {answer.currency}; left out is {apart_in_words(answer)}"


def money_in_words(question: Question, others: OtherCurrencies) -> str:
    """Say in the note of a file which currency it is in, by which rates, and what is not; empty for rows' own."""
    shown = question.shown
    if shown is None or not shown.currency:
        return ""
    policy = shown.policy
    rates = f" by {policy.table.name} version {policy.table.version} ({policy.name})" if policy else ""
    done = f" | converted: {_converted(others.exchanged)}" if others.exchanged else ""
    rest = f" | not converted: {_in_words(others.left_out, question)}" if others.left_out else ""
    return f"currency={shown.currency}{rates}{done}{rest} | "


def apart_in_words(answer: Answer[Any]) -> str:
    """Say what is in other currencies than the answer, of whom, and why."""
    return _in_words(answer.left_out, answer.question)


def _in_words(apart: Sequence[LeftOut], question: Question) -> str:
    sums = ", ".join(f"{_total(own)} {currency}" for currency, own in by_currency(apart).items())
    owners: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in apart:
        owners[one.owner, one.currency] += one.amount
    named = [f"{exact_text(amount)} {currency} of {owner}" for (owner, currency), amount in owners.items()]
    more = [f"and of {len(named) - MOST_OWNERS} more"] if len(named) > MOST_OWNERS else []
    why = _why(apart[0], question)
    return f"{sums} ({', '.join([*named[:MOST_OWNERS], *more])}): {why}"


def currency_headers(*answers: Answer[Any]) -> Mapping[str, str]:
    """Return what the headers of an answer say of its currency."""
    first = answers[0]
    headers = {"fleetcost-currency": first.currency} if first.currency else {}
    shown = first.question.shown
    if shown is not None and shown.policy is not None:
        headers["fleetcost-rates"] = f"{shown.policy.table.name} {shown.policy.table.version} {shown.policy.name}"
    done = [one for answer in answers for one in answer.others.exchanged]
    if done:
        headers["fleetcost-converted"] = _converted(done)
    left = [one for answer in answers for one in answer.left_out]
    if left:
        headers["fleetcost-left-out"] = ", ".join(
            f"{_total(own)} {currency}" for currency, own in by_currency(left).items()
        )
    return headers


def _converted(every: Iterable[Exchanged]) -> str:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in every:
        sums[one.currency] = EXACT.add(sums[one.currency], one.amount)
    return ", ".join(f"{exact_text(amount)} {currency}" for currency, amount in sorted(sums.items()))


def _asked(context: Context, *, native: bool) -> str | None:
    """Return the currency that is asked for, empty for each row's own, None where nothing is said."""
    text = context.parameters.get("currency")
    if text is None:
        return None
    if native and text.lower() == _NATIVE:
        return ""
    if not _CODE.fullmatch(text.upper()):
        more = f", or {_NATIVE}" if native else ""
        raise QuestionError("currency", text, f"an ISO 4217 code such as EUR{more}")
    return text.upper()


EARLIEST_RATE = date(1970, 1, 1)
"""Windows begin no earlier."""


def _policy(context: Context) -> RatePolicy | None:
    money = context.tables.money
    text = context.parameters.get("rates", "")
    name, at, day = (text or money.rates).partition("@")
    table = money.book.tables.get(name)
    if table is None:
        if name == _INVOICE:
            case = "Bills are kept in their own currency, without the rate that an invoice was converted with"
            accepted = "a rate table; a finance team's own rates are one as well"
            raise QuestionError("rates", text, accepted, case=case)
        if text:
            known = sorted(money.book.tables)
            accepted = f"one of the rate tables {', '.join(known)}" if known else "none: no rates were imported"
            raise QuestionError("rates", text, accepted, suggestion=closest(name, known))
        return None
    try:
        fixed = date.fromisoformat(day) if at else None
    except ValueError:
        raise QuestionError("rates", text, f"{name}, or a day behind it such as {name}@2026-01-31") from None
    if fixed is not None and fixed < EARLIEST_RATE:
        raise QuestionError("rates", text, f"a day from {EARLIEST_RATE} on")
    return RatePolicy(table, fixed, money.max_age_days)


def _filtered(context: Context, question: Question) -> str:
    """Return the one currency that a filter of bills names: it is a choice as well."""
    tree = parse_filter(context.parameters.get("filter", "")) if question.kind is CLOUD else None
    named = [one for one in comparisons(tree) if one.field == "currency"] if tree else []
    chosen = {one.values for one in named if one.match is Match.EQUALS and not one.negated}
    if len(named) == 1 and len(chosen) == 1 and len(named[0].values) == 1:
        return named[0].values[0]
    return ""


def _exchanged(one: Exchanged, own: Sequence[DayFactor]) -> ExchangedJson:
    first, last = own[0], own[-1]
    return ExchangedJson(
        currency=one.currency,
        amount=exact_text(one.amount),
        converted=exact_text(one.converted),
        first_rate=f"{first.factor:f}",
        last_rate=f"{last.factor:f}",
        first_rate_day=first.rate_day.isoformat(),
        last_rate_day=last.rate_day.isoformat(),
        days=len(own),
    )


def _missing(currency: str, own: Sequence[LeftOut], question: Question) -> NotConvertedJson:
    return NotConvertedJson(
        currency=currency,
        amount=_total(own),
        owners=sorted({one.owner for one in own}),
        days=days_of(own),
        why=_why(own[0], question),
    )


def _why(one: LeftOut, question: Question) -> str:
    """Say why there is no rate for an amount."""
    shown = question.shown
    if shown is None or shown.policy is None:
        return (
            f"there is no rate table: import one ({ShownCommand.RATES_IMPORT.quoted}) and name it in the setting "
            f"rates, or ask with currency={one.currency}"
        )
    return shown.policy.why_none(one.currency, shown.currency, one.day.date())


def _total(own: Iterable[LeftOut]) -> str:
    return exact_text(exact_sum(one.amount for one in own))
