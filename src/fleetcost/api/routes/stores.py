"""The buckets behind the answers, for the health page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.services import Services
from fleetcost.api.words import Family
from fleetcost.bucket.multi import StoreState
from fleetcost.model.window import rfc3339


class ConflictJson(msgspec.Struct, frozen=True):
    """A cluster that two stores hold, and the store it is read from."""

    cluster: str
    read_from: str


class StoreJson(msgspec.Struct, frozen=True):
    """
    One bucket.

    Attributes:
        name: where it is
        listed_at: when it was last listed whole
        newest_at: when its newest object of a cluster was written
        error: why it could not be listed, empty where it could
        clusters: that are read from it
        conflicts: clusters it holds too, and that are read from another
    """

    name: str
    listed_at: str | None
    newest_at: str | None
    error: str
    clusters: list[str]
    conflicts: list[ConflictJson]


class StoresJson(msgspec.Struct, frozen=True):
    """Every bucket, in the order of their right to a cluster."""

    stores: list[StoreJson]


def stores(_context: Context, listed: Callable[[], Sequence[StoreState]]) -> StoresJson:
    """Return how fresh each bucket is."""
    return StoresJson(
        [
            StoreJson(
                name=one.name,
                listed_at=rfc3339(one.listed_at) if one.listed_at else None,
                newest_at=rfc3339(one.newest) if one.newest else None,
                error=one.error,
                clusters=list(one.clusters),
                conflicts=[ConflictJson(*conflict) for conflict in one.conflicts],
            )
            for one in listed()
        ]
    )


def _listed(services: Services) -> Callable[[], Sequence[StoreState]]:
    return services.stores


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/health/stores", handler=Handed(stores, _listed),
        family=Family.NATIVE, answers=StoresJson, cached=False,
        whole_fleet=True, summary="How fresh each bucket is, and which clusters two of them hold",
    ),
)  # fmt: skip
