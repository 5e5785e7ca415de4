"""`/api/v1/savings`: what a fleet could do without, by money, with evidence; and what somebody put aside."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.currency import ConversionJson, conversion_document, native_currency
from fleetcost.api.operation import Handed, Operation, Parameter, Reply
from fleetcost.api.parameters import CURRENCY_PARAMETERS, flag, whole
from fleetcost.api.problem import ForbiddenError
from fleetcost.api.questions import asked_window
from fleetcost.api.savings import (
    ArchivedJson,
    SavingJson,
    SavingKindJson,
    SavingsTotalJson,
    kind_document,
    of_kind,
    saving_document,
    total_documents,
)
from fleetcost.api.services import KeptViews, Services
from fleetcost.api.stored import Documents
from fleetcost.api.words import Family, Scope
from fleetcost.errors import CallerError, ObjectMissingError, QuestionError, closest
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.filters import Compare, Match
from fleetcost.query.inventory import inventory_question
from fleetcost.query.question import Frame, Question
from fleetcost.query.windows import ACCEPTED
from fleetcost.savings.ask import ask_savings
from fleetcost.savings.find import PROFILES, FleetSavings
from fleetcost.savings.words import SavingKind

DEFAULT_WINDOW = "14d"
MOST_DAYS = 92
DEFAULT_PROFILE = "production"
DEFAULT_ROWS, MOST_ROWS = 200, 5000

ARCHIVE = "archived-savings"
MOST_ARCHIVED = 5000
LONGEST_NOTE = 1000
LONGEST_ID = 64

SAVINGS_PARAMETERS = (
    Parameter("window", f"whose days are looked at: {ACCEPTED}", default=DEFAULT_WINDOW),
    Parameter("cluster", "only these clusters, joined by commas", default="all"),
    Parameter("profile", "how much room is left above what is used", DEFAULT_PROFILE, tuple(PROFILES)),
    Parameter("archived", "with what somebody put aside", default="false", flag=True),
    Parameter("limit", f"most savings to return, {MOST_ROWS} at most", str(DEFAULT_ROWS), whole=True),
    Parameter("offset", "savings to leave out at the beginning", default="0", whole=True),
    Parameter("format", "how the answer is written", default="json", choices=("json", "csv")),
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


class ArchiveChange(msgspec.Struct, frozen=True, kw_only=True):
    """A saving put aside: until when (RFC 3339; empty: for good) and why."""

    until: str = ""
    note: str = ""


class ArchivedSaving(msgspec.Struct, frozen=True, kw_only=True):
    """A saving that was put aside, as it is kept; `by` is the name of the token."""

    id: str
    by: str
    at: str
    until: str
    note: str


class ArchivedSavings(msgspec.Struct, frozen=True):
    """Every saving that was put aside, and whether this caller can change that."""

    archived: list[ArchivedSaving]
    read_only: bool


def savings(context: Context, kept: KeptViews) -> SavingsJson | Reply:
    """Return every saving."""
    return _answer(context, kept, None)


def savings_of_kind(context: Context, kept: KeptViews) -> SavingsJson | Reply:
    """Return the savings of one kind."""
    name = context.places["kind"]
    if name not in set(SavingKind):
        raise QuestionError("kind", name, ", ".join(SavingKind), suggestion=closest(name, list(SavingKind)))
    return _answer(context, kept, SavingKind(name))


def asked_savings(context: Context, profile: str) -> tuple[FleetSavings, Question, datetime]:
    """
    Return the savings of the request's window and clusters, the question about them, and when they were read.

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
        question = native_currency(context, snapshot, inventory_question(days, chosen))
        found = ask_savings(snapshot, question, hours, PROFILES[profile], context.tables.known, context.now)
        return found, question, context.as_of(snapshot)


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
    found, question, as_of = asked_savings(context, profile)
    aside = _aside(kept, context.now)
    every = of_kind(found, kind)
    active = [one for one in every if one.id not in aside]
    shown = every if flag(context.parameters, "archived", default=False) else active
    rows = [saving_document(one, aside.get(one.id)) for one in shown[_page(context)]]
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
        as_of=rfc3339(as_of),
        took_ms=round((time.perf_counter() - began) * 1000, 1),
        conversion=conversion_document(question, ()),
    )


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
    writer.writerow([*_CSV, "reasons", "facts"])
    for one in rows:
        facts = "; ".join(f"{fact.name}: {fact.value} {fact.unit}".strip() for fact in one.facts)
        writer.writerow([*(getattr(one, name) for name in _CSV), "; ".join(r.reason for r in one.reasons), facts])
    headers = {"content-disposition": 'attachment; filename="savings.csv"'}
    return Reply(text.getvalue().encode(), "text/csv; charset=utf-8", headers)


def archive(context: Context, kept: KeptViews) -> ArchivedSavings:
    """Return what was put aside."""
    read_only = kept.state.read_only or Scope.ADMIN not in context.caller.scopes
    return ArchivedSavings(_documents(kept).all(), read_only)


def put_aside(context: Context, kept: KeptViews) -> ArchivedSavings:
    """Put a saving aside."""
    try:
        change = msgspec.json.decode(context.body, type=ArchiveChange)
        until = datetime.fromisoformat(change.until) if change.until else None
    except (msgspec.MsgspecError, ValueError) as error:
        raise CallerError(f"archive a saving: {error}; a JSON object with until (RFC 3339) and note is read") from error
    if until is not None and (until.tzinfo is None or until <= context.now):
        raise CallerError(f"archive a saving until {change.until!r}: accepted is a time to come, with its zone")
    if len(change.note) > LONGEST_NOTE:
        raise CallerError(f"archive a saving: its note has at most {LONGEST_NOTE} characters")
    saved = ArchivedSaving(
        id=_saving_id(context), by=context.caller.name, at=rfc3339(context.now.replace(microsecond=0)),
        until=change.until, note=change.note,
    )  # fmt: skip
    _documents(kept).put(saved.id, saved, MOST_ARCHIVED)
    return archive(context, kept)


def take_back(context: Context, kept: KeptViews) -> ArchivedSavings:
    """Take a saving back among the others."""
    saving = _saving_id(context)
    if not _documents(kept).remove(saving):
        raise ObjectMissingError(f"the saving {saving!r} is not archived")
    return archive(context, kept)


def _saving_id(context: Context) -> str:
    saving = context.places["id"]
    if len(saving) > LONGEST_ID or not (saving.isascii() and saving.isalnum()):
        raise CallerError(f"the id of a saving {saving!r}: accepted is the id of one of /api/v1/savings")
    return saving


def _aside(kept: KeptViews, now: datetime) -> Mapping[str, ArchivedJson]:
    """Return what is aside now: what was until a time that is over is back."""
    return {
        one.id: ArchivedJson(one.by, one.at, one.until, one.note)
        for one in _documents(kept).all()
        if not one.until or datetime.fromisoformat(one.until) > now
    }


def _documents(kept: KeptViews) -> Documents[ArchivedSaving]:
    return Documents(kept.state, ARCHIVE, ArchivedSaving, lambda one: one.id)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/savings", handler=Handed(savings, Services.kept_views), family=Family.NATIVE, cached=False,
        parameters=SAVINGS_PARAMETERS, summary="What the fleet could do without, by money, with evidence",
        answers=SavingsJson, media_types=("application/json", "text/csv"),
    ),
    Operation(
        path="/api/v1/savings/archive", handler=Handed(archive, Services.kept_views), family=Family.NATIVE,
        cached=False, whole_fleet=True, summary="Savings that somebody put aside", answers=ArchivedSavings,
    ),
    Operation(
        path="/api/v1/savings/archive/{id}", method="PUT", handler=Handed(put_aside, Services.kept_views),
        family=Family.NATIVE, cached=False, whole_fleet=True, scope=Scope.ADMIN, takes=ArchiveChange,
        summary="Put a saving aside", answers=ArchivedSavings,
    ),
    Operation(
        path="/api/v1/savings/archive/{id}", method="DELETE", handler=Handed(take_back, Services.kept_views),
        family=Family.NATIVE, cached=False, whole_fleet=True, scope=Scope.ADMIN,
        summary="Take a saving back among the others", answers=ArchivedSavings,
    ),
    Operation(
        path="/api/v1/savings/{kind}", handler=Handed(savings_of_kind, Services.kept_views), family=Family.NATIVE,
        cached=False, parameters=SAVINGS_PARAMETERS, summary="What the fleet could do without, of one kind",
        answers=SavingsJson, media_types=("application/json", "text/csv"),
    ),
)  # fmt: skip
