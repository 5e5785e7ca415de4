"""Who asks, and what they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fleetcost.api.problem import ForbiddenError
from fleetcost.api.words import Scope
from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import columns_of
from fleetcost.query.filters import Filter
from fleetcost.query.kinds import RowKind

Filters = Mapping[RowKind, Filter]


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Who asks.

    Attributes:
        name: the token's
        scopes: what it allows
        narrowed: it sees only what its filters let through
        filters: by kind; a kind without one is not seen at all
    """

    name: str
    scopes: frozenset[Scope]
    narrowed: bool = False
    filters: Filters = field(default_factory=lambda: MappingProxyType({}))

    @property
    def whole_clusters(self) -> bool:
        """Whether it sees everything of the clusters it sees: its filter names clusters and nothing else."""
        allowed = self.filters.get(SetKind.ALLOCATIONS)
        return not self.narrowed or (
            allowed is not None
            and columns_of(allowed, SetKind.ALLOCATIONS) <= {"cluster"}
            and self.filters.get(SetKind.ASSETS) == allowed
        )

    def check(self, path: str, scope: Scope, *, whole_fleet: bool) -> None:
        """
        Check that a route may be asked.

        Args:
            path: the route's, for the message
            scope: what it takes
            whole_fleet: it shows what a filter cannot narrow

        Raises:
            ForbiddenError: the scope is missing, or the answer cannot be narrowed.
        """
        if scope not in self.scopes:
            raise ForbiddenError(f"the token {self.name!r} has no scope {scope.value!r}")
        if self.narrowed and whole_fleet:
            raise ForbiddenError(f"{path} shows the whole fleet; the token {self.name!r} sees a part of it")


EVERYBODY = Caller("everybody", frozenset(Scope))
"""Who asks where there are no tokens."""
