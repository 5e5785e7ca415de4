"""What one key of a book costs, by its parts, in whole billionths; it adds and subtracts exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import add, attrgetter, neg

from fleetcost.model.amount import PLACES
from fleetcost.model.statement import StatementLine, StatementRow

_UNIT = Decimal(1).scaleb(-PLACES)


@dataclass(frozen=True, slots=True, order=True)
class StatementKey:
    """
    What a line is of.

    Attributes:
        row: a group, or what no group was charged for
        names: the value of each dimension of the book's key; of no group its reserved name alone
        currency: of its amounts
    """

    row: StatementRow
    names: tuple[str, ...]
    currency: str

    @property
    def name(self) -> str:
        """The names joined."""
        return "/".join(self.names)


@dataclass(frozen=True, slots=True)
class KeyAmounts:
    """
    What a key costs, in nanos of its currency, and what it was charged for, in billionths.

    Attributes:
        list_nanos: everything at list prices
        own_nanos, idle_nanos, shared_nanos, tenancy_nanos: the parts of the total, as billed
        external_nanos: inside its own
    """

    list_nanos: int = 0
    own_nanos: int = 0
    external_nanos: int = 0
    idle_nanos: int = 0
    shared_nanos: int = 0
    tenancy_nanos: int = 0
    core_nanohours: int = 0
    byte_nanohours: int = 0
    gpu_nanohours: int = 0

    @property
    def total_nanos(self) -> int:
        """All of it, as billed."""
        return self.own_nanos + self.idle_nanos + self.shared_nanos + self.tenancy_nanos

    @property
    def adjustment_nanos(self) -> int:
        """What bills changed."""
        return self.total_nanos - self.list_nanos

    def __add__(self, other: KeyAmounts) -> KeyAmounts:
        return KeyAmounts(*map(add, _VALUES(self), _VALUES(other)))

    def __sub__(self, other: KeyAmounts) -> KeyAmounts:
        return self + -other

    def __neg__(self) -> KeyAmounts:
        return KeyAmounts(*map(neg, _VALUES(self)))

    def __bool__(self) -> bool:
        return any(_VALUES(self))

    def columns(self) -> dict[str, Decimal]:
        """Return the columns of a line."""
        exact = {column: decimal_of(getattr(self, name)) for name, column in _COLUMNS.items()}
        return exact | {"adjustment": decimal_of(self.adjustment_nanos), "total_cost": decimal_of(self.total_nanos)}


_VALUES = attrgetter(*(one.name for one in fields(KeyAmounts)))

NOTHING = KeyAmounts()
ByKey = Mapping[StatementKey, KeyAmounts]

_COLUMNS = {
    "list_nanos": "list_cost", "own_nanos": "own_cost", "external_nanos": "external_cost", "idle_nanos": "idle_cost",
    "shared_nanos": "shared_cost", "tenancy_nanos": "tenancy_cost", "core_nanohours": "cpu_core_hours",
    "byte_nanohours": "ram_byte_hours", "gpu_nanohours": "gpu_hours",
}  # fmt: skip
"""Each amount, with the column of a line that holds it."""

if tuple(_COLUMNS) != tuple(one.name for one in fields(KeyAmounts)):
    raise AssertionError("every amount has a column")


def decimal_of(nanos: int) -> Decimal:
    """Return billionths as an amount with nine places."""
    return _UNIT * nanos


def nanos_of(amount: Decimal) -> int:
    """Return an amount as whole billionths."""
    return int(amount.scaleb(PLACES))


def key_of(line: StatementLine) -> StatementKey:
    """Return what a line is of."""
    return StatementKey(line.row, line.names, line.currency)


def amounts_of(line: StatementLine) -> KeyAmounts:
    """Return the amounts of a line."""
    return KeyAmounts(*(nanos_of(getattr(line, column)) for column in _COLUMNS.values()))


def added(parts: Iterable[ByKey]) -> dict[StatementKey, KeyAmounts]:
    """Add up amounts key by key; keys whose amounts are all nothing are left out."""
    sums: dict[StatementKey, KeyAmounts] = {}
    for part in parts:
        for key, amounts in part.items():
            sums[key] = sums.get(key, NOTHING) + amounts
    return {key: amounts for key, amounts in sums.items() if amounts}


def less(one: ByKey, other: ByKey) -> dict[StatementKey, KeyAmounts]:
    """Subtract amounts key by key; keys of either side are there unless the difference is nothing."""
    return added([one, {key: -amounts for key, amounts in other.items()}])
