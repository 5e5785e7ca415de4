"""What a bill holds, to be held against the invoice: read as a run reads it, and written nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from fleetcost.billing.brought import brought
from fleetcost.billing.forms import statement
from fleetcost.billing.integration import Integration
from fleetcost.billing.read import collect, days, prepare
from fleetcost.billing.refresh import Work, status_of
from fleetcost.billing.source import BillSource
from fleetcost.errors import FleetcostError
from fleetcost.model.amount import ZERO
from fleetcost.model.cloud_cost import CLOUD_COSTS, ChargeRule, CloudCostTotal
from fleetcost.model.cloud_sets import ConnectionStatus
from fleetcost.model.window import Resolution, Window
from fleetcost.tables.scratch import Scratch, scratch


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """
    What one rule has mapped, in one currency.

    Attributes:
        rule: which
        rows: rows of the bill
        total: their exact sums
        of_clusters: of the amortized net cost, what is a cluster's by tags or service
    """

    rule: ChargeRule
    rows: int
    total: CloudCostTotal
    of_clusters: Decimal


@dataclass(frozen=True, slots=True)
class Inspected:
    """
    What was found.

    Attributes:
        status: in the field's words
        message: for people; empty where all is well
        days: the days that have rows or parts of fees, oldest first, each with the number of the bill's rows
        rules: what each rule has mapped
    """

    status: ConnectionStatus
    message: str = ""
    days: Mapping[datetime, int] = field(default_factory=dict)
    rules: Sequence[RuleTotal] = ()

    @property
    def rows(self) -> int:
        """Rows of the bill."""
        return sum(one.rows for one in self.rules)

    @property
    def unmapped(self) -> int:
        """Rows that no rule knows; they count in every total."""
        return sum(one.rows for one in self.rules if one.rule is ChargeRule.UNMAPPED)

    @property
    def totals(self) -> tuple[CloudCostTotal, ...]:
        """The exact sums by currency."""
        sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(CLOUD_COSTS, ZERO))
        for one in self.rules:
            for name in CLOUD_COSTS:
                sums[one.total.currency][name] += getattr(one.total, name)
        return tuple(CloudCostTotal(currency=currency, **sums[currency]) for currency in sorted(sums))

    def share(self, currency: str) -> Decimal:
        """Return the part of what was paid in a currency, amortized net, that is a cluster's: from 0 to 1."""
        mine = [one for one in self.rules if one.total.currency == currency]
        own = sum((one.of_clusters for one in mine), ZERO)
        others = max(sum((one.total.amortized_net_cost for one in mine), ZERO) - own, ZERO)
        return own / (own + others) if own > 0 else ZERO


def inspect(integration: Integration, opened: Callable[[], BillSource], window: Window, work: Work) -> Inspected:
    """
    Read the bills of some days and say what is in them.

    Args:
        integration: whose bills
        opened: gives where they come from
        window: the days; a source may have more
        work: what to work with; its bucket is left alone
    """
    work.folder.mkdir(parents=True, exist_ok=True)
    with brought(work.folder, integration.id) as folder, scratch(work.folder, work.engine) as engine:
        try:
            fetched = opened().fetch(window.start, window.end, folder)
            prepare(engine)
            collect(engine, fetched.files, Resolution.DAY.floor(work.clock()) + Resolution.DAY.delta)
            return _found(integration, engine)
        except FleetcostError as error:
            return Inspected(status_of(error), str(error))


def _found(integration: Integration, engine: Scratch) -> Inspected:
    found = tuple(
        RuleTotal(
            ChargeRule(rule), rows, CloudCostTotal(currency=currency, **dict(zip(CLOUD_COSTS, costs, strict=True))), own
        )
        for rule, currency, rows, *costs, own in engine.rows(statement("summary"))
    )
    if not found:
        return Inspected(ConnectionStatus.DATA_MISSING, f"there are no bills of these days at {integration.location}")
    return Inspected(ConnectionStatus.SUCCESSFUL, "", days(engine), found)
