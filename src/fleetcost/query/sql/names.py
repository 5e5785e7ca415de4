"""What rows are grouped by, as SQL, and the columns that takes."""

from __future__ import annotations

from collections.abc import Callable

from fleetcost.model.allocation import UNMOUNTED
from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import YES_OR_NO
from fleetcost.query.dialect import Dialect
from fleetcost.query.dimensions import (
    ALIASES,
    CLOUD_COLUMNS,
    EXTERNAL,
    FIRST_LABEL,
    KEYED,
    UNALLOCATED,
    UNDEFINED,
    Dimension,
)
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Question
from fleetcost.tables.columns import LABEL_COLUMNS

_CONTROLLER_KINDS = ("deployment", "statefulset", "daemonset", "job")
_COLUMNS = {
    "controllerKind": ("controller_kind",),
    "controller": ("controller_kind", "controller"),
    "service": ("services", "kind"),
    "providerID": ("provider_id",),
}


Chosen = Callable[[str], str]
"""Makes a condition on the expression of a name."""


def every_name(name: str) -> str:
    """Choose all names."""
    del name
    return "TRUE"


class Names:
    """Writes a question's dimensions: the columns `n0`, `n1`, … of every stage."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect

    @property
    def parts(self) -> list[str]:
        """The names of the columns."""
        return [f"n{position}" for position in range(len(self._question.dimensions))]

    def listed(self, before: str = "") -> str:
        """Return the columns behind a comma each, to follow other columns."""
        return "".join(f", {before}{part}" for part in self.parts)

    def chosen(self) -> str:
        """Return the columns with the expressions that make them, behind a comma each."""
        pairs = zip(self._question.dimensions, self.parts, strict=True)
        return "".join(f", {self._expression(dimension)} AS {part}" for dimension, part in pairs)

    def of_labels(self) -> list[str]:
        """Return the expressions of the dimensions that read nothing but labels."""
        return [self._written(one) for one in self._question.dimensions if {*LABEL_COLUMNS}.issuperset(self._read(one))]

    def joined(self) -> str:
        """Return the parts joined by `/`; one group of everything has the empty name."""
        return " || '/' || ".join(self.parts) or "''"

    def distinguishes(self, column: str) -> bool:
        """Tell whether a column is a part of the name as it is, so that all rows of a group agree on it."""
        return any(
            self._columns(one) == (column,) and self._expression(one) == column for one in self._question.dimensions
        )

    def plain(self) -> bool:
        """Tell whether every part of the name is a column as it is."""
        return all(self._columns(one) == (self._expression(one),) for one in self._question.dimensions)

    def columns(self) -> set[str]:
        """Return the columns of the table that the dimensions read."""
        return {column for dimension in self._question.dimensions for column in self._columns(dimension)}

    def _columns(self, dimension: Dimension) -> tuple[str, ...]:
        staged = self._dialect.staged.get(self._written(dimension)) if self._dialect.staged else None
        return self._read(dimension) if staged is None else (staged,)

    def _expression(self, dimension: Dimension) -> str:
        written = self._written(dimension)
        return self._dialect.staged.get(written, written)

    def _read(self, dimension: Dimension) -> tuple[str, ...]:
        name = dimension.name
        if name in KEYED[self._question.kind]:
            return (KEYED[self._question.kind][name],)
        if self._question.kind is CLOUD:
            return ("labels",) if name == FIRST_LABEL else (CLOUD_COLUMNS[name],)
        if name in ALIASES:
            return ("labels", "annotations") if self._question.kind is SetKind.ALLOCATIONS else ("labels",)
        if name in _CONTROLLER_KINDS:
            return _COLUMNS["controller"]
        return _COLUMNS.get(name, (name,))

    def _written(self, dimension: Dimension) -> str:
        if self._question.kind is SetKind.ASSETS:
            return self._of_asset(dimension)
        if self._question.kind is CLOUD:
            return self._of_cloud_cost(dimension)
        name = dimension.name
        if name in KEYED[SetKind.ALLOCATIONS]:
            return self._known(self._label(KEYED[SetKind.ALLOCATIONS][name], dimension.key))
        if name in ALIASES:
            label, annotation = self._label("labels", ALIASES[name]), self._label("annotations", ALIASES[name])
            return self._known(label, annotation)
        if name in _CONTROLLER_KINDS:
            return f"CASE WHEN controller_kind = '{name}' THEN controller ELSE '{UNALLOCATED}' END"
        first = self._dialect.first_of("services")
        return {
            "controllerKind": f"coalesce(nullif(controller_kind, ''), '{UNALLOCATED}')",
            "controller": (
                f"CASE WHEN controller = '' THEN '{UNALLOCATED}' WHEN controller_kind = '' THEN controller "
                "ELSE controller_kind || ':' || controller END"
            ),
            "service": (
                f"CASE WHEN {first} IS NULL THEN '{UNALLOCATED}' WHEN kind = 'unmounted' THEN '{UNMOUNTED}' "
                f"ELSE {first} END"
            ),
            "providerID": "provider_id",
        }.get(name, name)

    def _of_asset(self, dimension: Dimension) -> str:
        if dimension.name == "label":
            value = self._label("labels", dimension.key)
            return f"coalesce({self._dialect.text(dimension.key + '=')} || {value}, '{UNDEFINED}')"
        if dimension.name in ALIASES:
            label = ALIASES[dimension.name]
            external, own = self._label("labels", EXTERNAL + label), self._label("labels", label)
            return self._known(external, own)
        column = "provider_id" if dimension.name == "providerID" else dimension.name
        return f"coalesce(nullif({column}, ''), '{UNDEFINED}')"

    def _of_cloud_cost(self, dimension: Dimension) -> str:
        if dimension.name == "label":
            return self._known(self._label("labels", dimension.key))
        if dimension.name == FIRST_LABEL:
            return self._known(*(self._label("labels", key) for key in dimension.key.split("|")))
        column = CLOUD_COLUMNS[dimension.name]
        return YES_OR_NO if column == "kubernetes" else f"coalesce(nullif({column}, ''), '{UNALLOCATED}')"

    def _known(self, *labels: str) -> str:
        """Return the first label a row has."""
        return self._dialect.first_known(*labels, f"'{UNALLOCATED}'")

    def _label(self, column: str, key: str) -> str:
        return self._dialect.label(column, key)
