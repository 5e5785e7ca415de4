"""What the tables say of a book's month now: what each key costs, what stands behind it, what it is made of."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import CallerError
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.cloud_sets import IntegrationId
from fleetcost.model.statement import CalendarMonth, StatementRow
from fleetcost.model.window import Resolution
from fleetcost.query.answer import Completeness
from fleetcost.query.ask import judged
from fleetcost.query.bills import bill_entries, bills_behind, invoiced_days
from fleetcost.query.currencies import in_currency
from fleetcost.query.known import Known
from fleetcost.query.lines import AnswerTerms, RowKey, RowTerms, ask_terms
from fleetcost.query.question import Question
from fleetcost.rates.table import RatePolicy, RateTable
from fleetcost.statements.amounts import ByKey, KeyAmounts, StatementKey
from fleetcost.statements.book import StatementBook
from fleetcost.statements.pins import pinned_files
from fleetcost.statements.records import BillsAtClosing, ClusterAtClosing, StatementInputs
from fleetcost.tables.ledger import EntryState
from fleetcost.tables.view import Tables, View

MOST_GAPS = 20
"""Windows of a cluster that a header names one by one; it counts all."""


@dataclass(frozen=True, slots=True)
class StatementSources:
    """
    What statements are made of.

    Attributes:
        database: the tables
        known: what is remembered of the ledger
        rates: gives a rate table by its name, in a version or, with 0, in the newest; None where there is none
        max_age_days: how many days a daily rate is carried forward
        daily_retention: how long daily rows are kept, None for ever
        held: gives since when rows of days are kept however old they are; None for no such time
        whole: whether the tables hold all that is in the bucket
        lake: where the lake is whose files are pinned, None without one
    """

    database: Tables
    known: Known
    rates: Callable[[str, int], RateTable | None] = lambda _name, _version: None
    max_age_days: int = 7
    daily_retention: timedelta | None = None
    held: Callable[[], datetime | None] = lambda: None
    whole: Callable[[], bool] = lambda: True
    lake: BucketReader | None = None

    def keeps(self, month: CalendarMonth, now: datetime) -> bool:
        """Tell whether the tables keep every day of a month."""
        keep, held, start = self.daily_retention, self.held(), month.window.start
        return keep is None or start + Resolution.DAY.delta > now - keep or (held is not None and held <= start)


def live_amounts(
    snapshot: View, sources: StatementSources, book: StatementBook, month: CalendarMonth, rates: int = 0
) -> ByKey:
    """
    Return what each key of a month costs.

    Args:
        snapshot: the view
        sources: of rates and of what is remembered
        book: what is asked about
        month: which
        rates: the version of the rate table, 0 for the newest

    Raises:
        QuestionError, CallerError: the book cannot be used.
    """
    question = shown_question(snapshot, sources, book, month, rates)
    billed = ask_terms(snapshot, question)
    listed = ask_terms(snapshot, replace(question, adjusted=False))
    keys = billed.rows.keys() | listed.rows.keys()
    found = (
        (_key(billed, listed, key), _amounts(billed.rows.get(key, _NONE), listed.rows.get(key, _NONE))) for key in keys
    )
    return {key: amounts for key, amounts in found if amounts}


def shown_question(
    snapshot: View, sources: StatementSources, book: StatementBook, month: CalendarMonth, rates: int = 0
) -> Question:
    """
    Return the question about a month in the currency of its book; see `live_amounts`.

    Raises:
        QuestionError, CallerError: the book cannot be used.
    """
    policy = None
    if book.rates:
        table = sources.rates(book.rates, rates)
        if table is None:
            version = f" version {rates}" if rates else ""
            raise CallerError(f"the book {book.name} needs the rate table {book.rates}{version}: import it first")
        policy = RatePolicy(table, None, sources.max_age_days)
    return in_currency(snapshot, book.question(month), sources.known, book.currency, policy, alone=False)


def inputs_of(
    snapshot: View,
    sources: StatementSources,
    book: StatementBook,
    month: CalendarMonth,
    now: datetime,
    *,
    pin: bool = False,
) -> StatementInputs:
    """Return what a month is made of now, and how whole that is; with `pin` which files of the lake that is."""
    question = shown_question(snapshot, sources, book, month)
    window, policy = month.window, question.shown.policy if question.shown else None
    sets = sorted(
        f"{entry.path} {entry.digest}"
        for entry in sources.known.sets(snapshot, question.frame)
        if entry.state is EntryState.INGESTED
    )
    bills = sorted(
        f"{entry.path} {entry.digest}"
        for entry in bill_entries(snapshot, sources.known)
        if entry.state is EntryState.INGESTED and window.holds(entry.key.window)
    )
    lake_version, pinned = pinned_files(sources.lake, snapshot, month) if pin and sources.lake else (0, ())
    return StatementInputs(
        sets=len(sets), sets_digest=_digest(sets), bills=len(bills), bills_digest=_digest(bills),
        rates_table=policy.table.name if policy else "", rates_version=policy.table.version if policy else 0,
        lake_version=lake_version, pinned=pinned,
        clusters=tuple(map(_cluster, judged(snapshot, question, now, sources.known))),
        integrations=_integrations(snapshot, sources.known, book, question, now),
    )  # fmt: skip


def _integrations(
    snapshot: View, known: Known, book: StatementBook, question: Question, now: datetime
) -> tuple[BillsAtClosing, ...]:
    window = question.frame.window
    invoiced = Counter(one for one, _ in invoiced_days(snapshot, window, timedelta(days=book.quiet_days), now, known))
    changes: dict[IntegrationId, datetime] = {}
    for entry in bill_entries(snapshot, known):
        if window.holds(entry.key.window):
            changed = entry.built_at or entry.written_at
            changes[entry.key.integration] = max(changed, changes.get(entry.key.integration, changed))
    found = []
    for one in bills_behind(snapshot, question.frame, now, known):
        integration = IntegrationId(one.integration)
        days = {state.value: count for state, count in one.counts.items()}
        # The book says itself for how long nothing may have changed.
        finished = sum(count for state, count in one.counts.items() if state.finished)
        days |= {BillState.INVOICED: invoiced[integration], BillState.FINAL: finished - invoiced[integration]}
        days |= {"not usable": len(one.causes)} if one.causes else {}
        found.append(BillsAtClosing(integration, {k: n for k, n in days.items() if n}, changes.get(integration)))
    return tuple(found)


def _cluster(one: Completeness) -> ClusterAtClosing:
    gaps = tuple(f"{gap.window.start:%Y-%m-%d}: {gap.state}, {gap.cause}" for gap in one.gaps[:MOST_GAPS])
    state = one.state.value if hasattr(one, "state") else ""
    return ClusterAtClosing(one.cluster, state, one.coverage_minutes, one.expected_minutes, gaps, len(one.gaps))


_NONE = RowTerms()
_ROWS = tuple(StatementRow)
"""By the role of a row of an answer: see `query.sql.idle`."""


def _key(billed: AnswerTerms, listed: AnswerTerms, key: RowKey) -> StatementKey:
    names = billed.names.get(key) or listed.names.get(key) or (key.name,)
    return StatementKey(_ROWS[key.role], names, key.currency)


def _amounts(billed: RowTerms, listed: RowTerms) -> KeyAmounts:
    return KeyAmounts(
        list_nanos=listed.total_nanos,
        own_nanos=billed.own_nanos,
        external_nanos=billed.external_nanos,
        idle_nanos=billed.idle_nanos,
        shared_nanos=billed.shared_nanos,
        tenancy_nanos=billed.tenancy_nanos,
        core_nanohours=billed.core_nanohours,
        byte_nanohours=billed.memory_byte_nanohours,
        gpu_nanohours=billed.gpu_nanohours,
    )


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
