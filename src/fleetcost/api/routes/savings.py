"""`/api/v1/savings`: what a fleet could do without, by money, with evidence; and what somebody put aside."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.currency import ConversionJson, conversion_document, report_currency
from fleetcost.api.operation import Handed, Operation, Parameter, Reply
from fleetcost.api.parameters import CURRENCY_PARAMETERS, flag, whole
from fleetcost.api.patches import patches
from fleetcost.api.problem import ForbiddenError
from fleetcost.api.questions import asked_window
from fleetcost.api.routes.archived_savings import put_aside_now
from fleetcost.api.savings import (
    SavingJson,
    SavingKindJson,
    SavingsTotalJson,
    kind_document,
    of_kind,
    saving_document,
    total_documents,
)
from fleetcost.api.services import KeptViews, Services
from fleetcost.api.words import Family
from fleetcost.errors import QuestionError, closest
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.answer import OtherCurrencies
from fleetcost.query.currencies import other_currencies
from fleetcost.query.filters import Compare, Match
from fleetcost.query.inventory import inventory_question
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Frame, Question
from fleetcost.query.usage import FleetUsage
from fleetcost.query.windows import ACCEPTED
from fleetcost.savings.ask import MOST_DAYS, ask_savings, ask_usage
from fleetcost.savings.find import PROFILES, FleetSavings
from fleetcost.savings.opportunity import Opportunity
from fleetcost.savings.words import SavingKind, Verdict

DEFAULT_WINDOW = "14d"
DEFAULT_PROFILE = "production"
DEFAULT_ROWS, MOST_ROWS = 200, 5000

SAVINGS_PARAMETERS = (
    Parameter("window", f"whose days are looked at: {ACCEPTED}", default=DEFAULT_WINDOW),
    Parameter("cluster", "only these clusters, joined by commas", default="all"),
    Parameter("profile", "how much room is left above what is used", DEFAULT_PROFILE, tuple(PROFILES)),
    Parameter("id", "only the saving of this id", default="all"),
    Parameter("verdict", f"only savings with one of these, joined by commas: {', '.join(Verdict)}", default="all"),
    Parameter("archived", "with what somebody put aside", default="false", flag=True),
    Parameter("limit", f"most savings to return, {MOST_ROWS} at most", str(DEFAULT_ROWS), whole=True),
    Parameter("offset", "savings to leave out at the beginning", default="0", whole=True),
    Parameter("format", "how the answer is written; patches are of requests alone", "json", ("json", "csv", "patch")),
    *CURRENCY_PARAMETERS,
)


class SavingsJson(msgspec.Struct, frozen=True):
    """
    What a fleet could do without.

    Attributes:
        totals: by currency, of what is sure; freed and expected are different things and never added
        kinds: of every kind: its rule, what was judged, found and withheld
        savings: the most expected money first, then the most freed, then what is thin or withheld
        row_count: how many there are
        archived_count: how many somebody put aside
        conversion: the exchange rates behind amounts, where one currency was asked for
    """

    window: WindowJson
    profile: str
    totals: list[SavingsTotalJson]
    kinds: list[SavingKindJson]
    savings: list[SavingJson]
    row_count: int
    archived_count: int
    as_of: str
    took_ms: float
    conversion: ConversionJson | None = None


def savings(context: Context, kept: KeptViews) -> SavingsJson | Reply:
    """Return every saving."""
    return _answer(context, kept, None)


def savings_of_kind(context: Context, kept: KeptViews) -> SavingsJson | Reply:
    """Return the savings of one kind."""
    name = context.places["kind"]
    if name not in set(SavingKind):
        raise QuestionError("kind", name, ", ".join(SavingKind), suggestion=closest(name, list(SavingKind)))
    return _answer(context, kept, SavingKind(name))


@dataclass(frozen=True, slots=True)
class AskedSavings:
    """
    The savings of a request's window and clusters, the use of containers, the question, and when they were read.

    Attributes:
        others: what became of costs in other currencies
    """

    found: FleetSavings
    usage: FleetUsage
    question: Question
    others: OtherCurrencies
    as_of: datetime


def asked_savings(context: Context, profile: str) -> AskedSavings:
    """
    Find the savings of a request's window and clusters.

    Raises:
        ForbiddenError: the token sees parts of clusters only.
        QuestionError: a parameter cannot be used.
    """
    if not context.caller.whole_clusters:
        raise ForbiddenError(
            f"savings are of whole clusters; the token {context.caller.name!r} sees parts of them: ask with one whose "
            "filter names clusters alone"
        )
    days, hours = _frames(context)
    names = tuple(filter(None, (one.strip() for one in context.parameters.get("cluster", "").split(","))))
    asked = Compare("cluster", None, Match.EQUALS, negated=False, values=names, position=0) if names else None
    chosen = context.narrowed(asked, SetKind.ASSETS)
    with context.snapshot() as snapshot:
        of_bills = replace(inventory_question(days, chosen), kind=CLOUD)
        question = replace(report_currency(context, snapshot, of_bills), kind=SetKind.ASSETS)
        known = context.tables.known
        # A filter of clusters says nothing of what bills name alone: who is narrowed does not see it.
        bills = not context.caller.narrowed
        return AskedSavings(
            ask_savings(snapshot, question, hours, PROFILES[profile], known, context.now, bills=bills),
            ask_usage(snapshot, question, known),
            question,
            other_currencies(snapshot, question, known),
            context.as_of(snapshot),
        )


def _frames(context: Context) -> tuple[Frame, Frame]:
    """Return the whole days that are looked at, and the hours that are kept of them."""
    window = asked_window(context, DEFAULT_WINDOW)
    days = Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end))
    if days.seconds > MOST_DAYS * Resolution.DAY.seconds:
        raise QuestionError("window", str(window), f"a window of at most {MOST_DAYS} days")
    kept = context.hourly_from()
    # The oldest hour of those that are kept may be gone while it is read.
    first = days.start if kept is None else max(days.start, Resolution.HOUR.ceil(kept))
    hours = Window(min(first, days.end - timedelta(hours=1)), days.end)
    return Frame(days, Resolution.DAY), Frame(hours, Resolution.HOUR)


def _answer(context: Context, kept: KeptViews, kind: SavingKind | None) -> SavingsJson | Reply:
    began = time.perf_counter()
    profile = context.parameters.get("profile", DEFAULT_PROFILE)
    asked = asked_savings(context, profile)
    found, question = asked.found, asked.question
    aside = put_aside_now(kept, context.now)
    every = _chosen(context, of_kind(found, kind))
    active = [one for one in every if one.id not in aside]
    shown = every if flag(context.parameters, "archived", default=False) else active
    page = shown[_page(context)]
    if context.parameters.get("format") == "patch":
        return Reply(patches(page).encode(), "application/yaml", _named("savings.yaml"))
    whole = kind is SavingKind.REQUESTS
    rows = [
        saving_document(one, aside.get(one.id), asked.usage[one.number] if whole and one.advice else None)
        for one in page
    ]
    if context.parameters.get("format") == "csv":
        return _csv(rows)
    return SavingsJson(
        window=window_document(question.frame.window),
        profile=profile,
        totals=total_documents(active, found.spent_nanos),
        kinds=[
            kind_document(one, (saving for saving in active if saving.kind is one.kind), found.spent_nanos)
            for one in found.kinds
            if kind in {None, one.kind}
        ],
        savings=rows,
        row_count=len(shown),
        archived_count=len(every) - len(active),
        as_of=rfc3339(asked.as_of),
        took_ms=round((time.perf_counter() - began) * 1000, 1),
        conversion=conversion_document(question, asked.others),
    )


def _chosen(context: Context, found: Sequence[Opportunity]) -> list[Opportunity]:
    """
    Return the savings of some verdicts.

    Raises:
        QuestionError: a verdict is none.
    """
    words = [one.strip() for one in context.parameters.get("verdict", "").split(",") if one.strip()]
    for word in words:
        if word not in set(Verdict):
            raise QuestionError("verdict", word, ", ".join(Verdict), suggestion=closest(word, list(Verdict)))
    wanted = context.parameters.get("id")
    return [one for one in found if (not words or one.verdict in words) and wanted in {None, one.id}]


def _page(context: Context) -> slice:
    limit, offset = whole(context.parameters, "limit"), whole(context.parameters, "offset") or 0
    if limit is not None and limit > MOST_ROWS:
        raise QuestionError("limit", str(limit), f"a whole number up to {MOST_ROWS}")
    return slice(offset, offset + (DEFAULT_ROWS if limit is None else limit))


_CSV = (
    "id", "kind", "verdict", "currency", "expected", "low", "high", "freed", "cost", "cluster", "namespace",
    "controller_kind", "controller", "name",
)  # fmt: skip


def _csv(rows: Sequence[SavingJson]) -> Reply:
    """Write savings as a file: the figures, then reasons and facts as text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*_CSV, "cpu_now", "cpu_request", "memory_now", "memory_request", "reasons", "facts"])
    for one in rows:
        facts = "; ".join(f"{fact.name}: {fact.value} {fact.unit}".strip() for fact in one.facts)
        sizes = (
            [one.advice.cpu.now, one.advice.cpu.request, one.advice.ram.now, one.advice.ram.request]
            if one.advice
            else [""] * 4
        )
        reasons = "; ".join(reason.reason for reason in one.reasons)
        writer.writerow([*(getattr(one, name) for name in _CSV), *sizes, reasons, facts])
    return Reply(text.getvalue().encode(), "text/csv; charset=utf-8", _named("savings.csv"))


def _named(file: str) -> Mapping[str, str]:
    return {"content-disposition": f'attachment; filename="{file}"'}


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/savings", handler=Handed(savings, Services.kept_views), family=Family.NATIVE, cached=False,
        parameters=SAVINGS_PARAMETERS, summary="What the fleet could do without, by money, with evidence",
        answers=SavingsJson, media_types=("application/json", "text/csv", "application/yaml"),
    ),
    Operation(
        path="/api/v1/savings/{kind}", handler=Handed(savings_of_kind, Services.kept_views), family=Family.NATIVE,
        cached=False, parameters=SAVINGS_PARAMETERS, summary="What the fleet could do without, of one kind",
        answers=SavingsJson, media_types=("application/json", "text/csv", "application/yaml"),
    ),
)  # fmt: skip
