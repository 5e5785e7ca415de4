"""What an answer divides among its rows besides idle: shared workloads, overheads, the costs of a cluster itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from fleetcost.errors import QuestionError
from fleetcost.model.amount import ZERO
from fleetcost.query.dimensions import sanitize

HOURS_PER_MONTH = 730
"""Hours of the month in which a monthly cost is given."""

OVERHEAD = "overheadCost"
DISKS = "attachedDisks"
MANAGEMENT = "clusterManagement"
"""Sources of shared cost that no workload stands behind."""

DEAREST = Decimal(10**12)
"""A monthly overhead beyond this is a mistake."""


class Split(enum.StrEnum):
    """How something is divided among rows."""

    WEIGHTED = "weighted"
    EVEN = "even"


class Tenancy(enum.StrEnum):
    """What happens to tenancy costs: nodes' own disks and the management fee of a cluster."""

    HIDE = "hide"
    SEPARATE = "separate"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Sharing:
    """
    What is shared.

    Attributes:
        namespaces: workloads in these are shared; a name that ends in `*` is a beginning
        labels: workloads with one of these labels (name, value) are shared
        monthly_cost: an overhead in the answer's currency per month of 730 hours
        split: by cost, or the same for every row
    """

    namespaces: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    monthly_cost: Decimal = ZERO
    split: Split = Split.WEIGHTED

    @property
    def takes_rows(self) -> bool:
        """Whether any workload is shared."""
        return bool(self.namespaces or self.labels)


def parse_sharing(namespaces: str, labels: str, monthly_cost: str, split: str) -> Sharing | None:
    """
    Read the field's `shareNamespaces`, `shareLabels`, `shareCost` and `shareSplit`; None where nothing is shared.

    Raises:
        QuestionError: a label without a value, a cost that is no number, an unknown way to divide.
    """
    sharing = Sharing(
        namespaces=_list(namespaces),
        labels=tuple(_label(pair, labels) for pair in _list(labels)),
        monthly_cost=_cost(monthly_cost),
        split=parse_split(split, "shareSplit"),
    )
    return sharing if sharing.takes_rows or sharing.monthly_cost else None


def parse_split(text: str, parameter: str) -> Split:
    """
    Read a way to divide; the empty text is by cost.

    Raises:
        QuestionError: neither `weighted` nor `even`.
    """
    word = text.strip().lower() or Split.WEIGHTED.value
    if word not in set(Split):
        raise QuestionError(parameter, text, " or ".join(Split))
    return Split(word)


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _label(pair: str, text: str) -> tuple[str, str]:
    name, _, value = pair.partition(":")
    if not name or not value:
        raise QuestionError("shareLabels", text, "a comma-separated list of name:value, such as team:platform")
    return sanitize(name.strip()), value.strip()


def _cost(text: str) -> Decimal:
    try:
        cost = Decimal(text.strip() or "0")
    except InvalidOperation:
        raise QuestionError("shareCost", text, "a cost per month, such as 1200.50") from None
    if not cost.is_finite() or not 0 <= cost <= DEAREST:
        raise QuestionError("shareCost", text, "a cost per month, such as 1200.50, not negative")
    return cost
