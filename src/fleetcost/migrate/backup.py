"""
An ETL backup as cluster folders.

The backup of a Thanos primary holds every cluster in one file a window, below `etl/bingen/`. Each file is taken apart
and written as sets of ours below `federated/<cluster>/`. The backup stays as it is, and what is there already stays
where it is as full: the backup says nothing of its coverage, so a set that an agent built is better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.errors import DamagedError, ObjectMissingError, SettingsError
from fleetcost.model.sets import SetKey
from fleetcost.model.states import ObjectState
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.discover import discover
from fleetcost.sets.foreign import Origin
from fleetcost.sets.layout import Location, locate
from fleetcost.sets.publish import Outcome, header_at, publish
from fleetcost.sets.split import split


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """What became of one cluster's part of an object."""

    cluster: str
    rows: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Done:
    """
    One object of the backup.

    Attributes:
        number, total: which of how many
        path: in the backup
        written: what became of each cluster's part
        homeless: rows that name no cluster and are left out
        reason: why it, or a part of it, could not be used; empty where all could
    """

    number: int
    total: int
    path: str
    written: tuple[WrittenPart, ...] = ()
    homeless: int = 0
    reason: str = ""


def read_backup(
    source: BucketReader, target: Bucket, prefix: str, currency: str, now: datetime, *, dry_run: bool
) -> Iterator[Done]:
    """
    Split every object of a backup, oldest name first; yields each when it is done.

    Args:
        source: holds the backup
        target: Federated Storage
        prefix: folder of the backup
        currency: of its costs
        now: the clock's reading: the set of a window that is not over is partial
        dry_run: write nothing

    Raises:
        SettingsError: there is no backup.
        StoreError, StoreRefusedError: a bucket did not answer; what was written stays, and a second run goes on.
    """
    folder = prefix.strip("/")
    objects = list(source.list(folder))
    if not objects:
        raise SettingsError(
            f"import from {source.name}/{folder}: there is nothing; name the backup's folder by --prefix"
        )
    others = {one.location.key for one in discover(target) if one.location.state is ObjectState.FOREIGN_SET}
    for number, info in enumerate(objects, 1):
        where = _located(info.path.removeprefix(f"{folder}/"))
        done = Done(number, len(objects), info.path, reason=where.reason)
        if where.key is None:
            yield done
            continue
        try:
            origin = Origin(where.key, info.path, min(info.modified, now), currency)
            parts = split(source.get(info.path), origin)
        except (DamagedError, ObjectMissingError) as error:
            yield Done(number, len(objects), info.path, reason=str(error))
            continue
        written = tuple(_put(one, target, foreign=one.header.key in others, dry_run=dry_run) for one in parts.sets)
        yield Done(number, len(objects), info.path, written, parts.homeless, "; ".join(parts.refused))


def _located(name: str) -> Location:
    """Tell which set a name below the backup's folder is; the names are those of a cluster's own folder."""
    return locate(f"federated/backup/etl/bingen/{name}")


def _put(one: CostSet, target: Bucket, *, foreign: bool, dry_run: bool) -> WrittenPart:
    outcome = _outcome(one, target, one.header.key, foreign=foreign)
    if not dry_run and outcome in {Outcome.CREATED, Outcome.REPLACED}:
        outcome = publish(target, one).outcome
    return WrittenPart(one.header.key.cluster, one.header.rows, outcome)


def _outcome(one: CostSet, target: Bucket, key: SetKey, *, foreign: bool) -> Outcome:
    if foreign:
        return Outcome.KEPT_FULLER
    there = header_at(target, key)
    if there is None:
        return Outcome.CREATED
    if there.digest == one.header.digest:
        return Outcome.UNCHANGED
    return Outcome.REPLACED if there.coverage_minutes < one.header.coverage_minutes else Outcome.KEPT_FULLER
