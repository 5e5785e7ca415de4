"""Which currencies the fleet's rows are in, and the one an answer is shown in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from fleetcost.model.amount import EXACT, exact_sum
from fleetcost.model.window import Resolution
from fleetcost.query.answer import BillCompleteness, Completeness, Exchanged, LeftOut, OtherCurrencies
from fleetcost.query.compile import Program
from fleetcost.query.dialects import dialect_of
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.known import Known
from fleetcost.query.question import Idle, Page, Question, Step
from fleetcost.query.sharing import Tenancy
from fleetcost.query.shown import Shown
from fleetcost.rates.table import RatePolicy
from fleetcost.tables.ledger import aware, read_currencies
from fleetcost.tables.view import View

Held = Mapping[str, tuple[str, ...]]
"""By cluster or integration, the currencies of its rows, the newest first."""


def cluster_currencies(snapshot: View, known: Known) -> Held:
    """Return the currencies of each cluster's sets."""

    def read() -> dict[str, tuple[str, ...]]:
        return _grouped(read_currencies(snapshot))

    held: Held = known.remembered(snapshot, "currencies of clusters", read)
    return held


def bill_currencies(snapshot: View, known: Known) -> Held:
    """Return the currencies of each integration's bills."""

    def read() -> dict[str, tuple[str, ...]]:
        return _grouped(
            (str(integration), str(currency))
            for integration, currency, _ in snapshot.rows(
                "SELECT integration, currency, max(window_start) AS newest FROM cloud_cost_1d "
                "GROUP BY integration, currency ORDER BY newest DESC, currency"
            )
        )

    held: Held = known.remembered(snapshot, "currencies of bills", read)
    return held


def usual_currency(snapshot: View, known: Known, home: str, allowed: Collection[str] | None = None) -> str:
    """
    Return the one currency of answers that can have only one, where no setting says it; empty without rows.

    It is the home cluster's, else that of most clusters, else of most bills; of equally many the first by its code.
    Neither window nor filter change it.

    Args:
        snapshot: the view
        known: what earlier questions learned of the ledger
        home: the cluster this server runs in, empty where it is not known
        allowed: the clusters that count, None for all
    """
    clusters = {
        name: own for name, own in cluster_currencies(snapshot, known).items() if allowed is None or name in allowed
    }
    if home in clusters:
        return clusters[home][0]
    counted = Counter(own[0] for own in (clusters or bill_currencies(snapshot, known)).values())
    return min(counted, key=lambda currency: (-counted[currency], currency), default="")


def in_currency(
    snapshot: View, question: Question, known: Known, currency: str, policy: RatePolicy | None, *, alone: bool
) -> Question:
    """
    Return a question whose answer is in one currency as far as there are rates.

    Args:
        snapshot: the view
        question: what is asked
        known: what earlier questions learned of the ledger
        currency: the one; empty for rows in their own
        policy: which rates count, None where nothing is converted
        alone: rows that cannot be converted are left out; otherwise they stay apart
    """
    others = tuple(sorted(_present(snapshot, question.kind, known) - {currency}))
    if not others or (not currency and len(others) == 1):
        return replace(question, shown=None)
    return replace(question, shown=Shown(currency, others, policy, alone))


def other_currencies(snapshot: View, question: Question, known: Known | None = None) -> OtherCurrencies:
    """
    Return what became of rows in other currencies than the answer's: converted, or without a rate.

    Args:
        snapshot: the view
        question: what is asked
        known: what earlier questions learned: those that differ in their groups alone have the same amounts
    """
    shown = question.shown
    if shown is None or not shown.currency:
        return OtherCurrencies()
    asked, known = _by_owner(question, shown), known or Known()
    # Owners are only named of what has no rate; without them there are far fewer sums.
    owned = shown.policy is None or bool(question.exchange.missing)
    key = ("other currencies", replace(asked, now=None), owned)
    found = known.remembered(snapshot, key, lambda: _amounts(snapshot, asked, known, owned=owned))
    return divided(question, found)


def divided(question: Question, found: Iterable[LeftOut]) -> OtherCurrencies:
    """Divide amounts in other currencies than the answer's into what was converted and what has no rate."""
    found = tuple(found)
    factors = {(one.day, one.currency): one.factor for one in question.exchange.factors}
    rated: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for one in found:
        if (factor := factors.get((one.day, one.currency))) is not None:
            rated[one.currency].append((one.amount, EXACT.multiply(one.amount, factor)))
    return OtherCurrencies(
        tuple(Exchanged(currency, *map(exact_sum, zip(*own, strict=True))) for currency, own in sorted(rated.items())),
        tuple(one for one in found if (one.day, one.currency) not in factors),
    )


def _by_owner(question: Question, shown: Shown) -> Question:
    """Return the question about rows in other currencies, in their own, by owner and day; nothing is shared."""
    of_bills = question.kind is CLOUD
    return replace(
        question,
        shown=Shown(shown.currency, rest=True),
        step=Step.DAY,
        series=None,
        dimensions=parse_dimensions("integration" if of_bills else "cluster", question.kind),
        idle=Idle.HIDE if question.idle is Idle.HIDE else Idle.SPLIT,
        tenancy=Tenancy.SEPARATE if question.tenancy is Tenancy.SHARE else question.tenancy,
        sharing=None,
        page=Page(),
        summed=False,
        **_BARE,
    )


def _amounts(snapshot: View, asked: Question, known: Known, *, owned: bool) -> tuple[LeftOut, ...]:
    dialect = dialect_of(snapshot)
    dialect.absent = known.absent(snapshot, asked.frame.resolution)
    program = Program(asked, dialect)
    snapshot.forget()
    for stage in program.stages():
        snapshot.keep(stage.name, stage.query, program.bound)
    owner = "owner" if owned else "''"
    found = snapshot.rows(
        f"SELECT {owner} AS owner, currency, step, sum(amount)::DECIMAL(38, 9) AS amount "  # noqa: S608 - columns
        f"FROM {program.owned()} AS owned GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        program.bound,
    )
    return tuple(
        LeftOut(str(owner), str(currency), Resolution.DAY.floor(aware(start)), amount)
        for owner, currency, start, amount in found
    )


Behind = TypeVar("Behind", Completeness, BillCompleteness)


def with_missing_rates(judged: Iterable[Behind], left_out: Iterable[LeftOut]) -> tuple[Behind, ...]:
    """Add to what stands behind an answer which costs of each cluster or integration have no exchange rate."""
    by_owner: dict[str, list[LeftOut]] = defaultdict(list)
    for one in left_out:
        by_owner[one.owner].append(one)
    return tuple(
        replace(one, without_rate=tuple(by_owner[name])) if (name := _owner(one)) in by_owner else one for one in judged
    )


def _owner(one: Completeness | BillCompleteness) -> str:
    return one.cluster if isinstance(one, Completeness) else one.integration


_BARE: dict[str, Any] = {
    "detailed": False, "parts": False, "metadata": False, "proportions": False, "properties": ("cluster",)
}  # fmt: skip


def _present(snapshot: View, kind: RowKind, known: Known) -> frozenset[str]:
    held = bill_currencies(snapshot, known) if kind is CLOUD else cluster_currencies(snapshot, known)
    return frozenset(currency for own in held.values() for currency in own)


def _grouped(pairs: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - pairs of texts
    found: dict[str, dict[str, None]] = {}
    for owner, currency in pairs:
        found.setdefault(owner, {})[currency] = None
    return {owner: tuple(own) for owner, own in found.items()}
