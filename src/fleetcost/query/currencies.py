"""Which currencies the fleet's rows are in, and the one an answer is shown in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from fleetcost.query.answer import LeftOut
from fleetcost.query.compile import Program
from fleetcost.query.dialects import dialect_of
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.known import Known
from fleetcost.query.question import Idle, Page, Question, Step
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


def left_out(snapshot: View, question: Question) -> tuple[LeftOut, ...]:
    """Return what an answer is without, or has apart: rows that are in another currency and have no rate."""
    shown = question.shown
    if shown is None or not shown.currency:
        return ()
    if shown.policy is not None and not shown.exchange(question.frame.window).missing:
        return ()
    of_bills = question.kind is CLOUD
    asked = replace(
        question,
        shown=replace(shown, rest=True, alone=False),
        step=Step.DAY,
        series=None,
        dimensions=parse_dimensions("integration" if of_bills else "cluster", question.kind),
        idle=Idle.HIDE if question.idle is Idle.HIDE else Idle.SPLIT,
        sharing=None,
        page=Page(),
        summed=False,
        **_BARE,
    )
    program = Program(asked, dialect_of(snapshot))
    snapshot.forget()
    for stage in program.stages():
        snapshot.keep(stage.name, stage.query, program.bound)
    # A row nobody was charged for has no value of a dimension, but it has the property of the same name.
    owner = "n0" if of_bills else "coalesce(nullif(cluster, ''), n0, name)"
    found = snapshot.rows(
        f"SELECT {owner} AS owner, currency, step, sum(total_cost)::DECIMAL(38, 9) AS amount "  # noqa: S608 - columns
        f"FROM {program.page()} AS page GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        program.bound,
    )
    return tuple(LeftOut(str(owner), str(currency), aware(day), amount) for owner, currency, day, amount in found)


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
