"""
Putting a set where it belongs: whole, once, and never in place of a fuller one.

One object per cluster, kind, resolution and window; the PUT is the commit. A set that says the same is not written
again, and one that saw less than what is there is refused unless forced, because a source past its retention must not
erase history.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.errors import ObjectMissingError, SetDamagedError
from fleetcost.model.sets import SetHeader, SetKey
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import from_bytes, header_from_bytes, to_bytes
from fleetcost.sets.layout import set_path


class Outcome(enum.StrEnum):
    """What became of a set that was to be published."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    KEPT_FULLER = "kept the fuller set that is there"
    DAMAGED = "the set to copy is damaged"


@dataclass(frozen=True, slots=True)
class Published:
    """The account of one publication; `size_bytes` is 0 where nothing was written."""

    outcome: Outcome
    path: str
    rows: int
    size_bytes: int

    @property
    def written(self) -> bool:
        """Tell whether the bucket changed."""
        return self.outcome in {Outcome.CREATED, Outcome.REPLACED}


def decide(there: SetHeader | None, new: SetHeader, *, force: bool) -> Outcome:
    """Choose what to do with a new set, given the header of the one that is there."""
    if there is None:
        return Outcome.CREATED
    if _said(there) == _said(new):
        return Outcome.UNCHANGED
    # Built late and still not final: some of the source did not answer, so it may lack what the final one has.
    partial = there.final and not new.final and new.coverage_minutes <= there.coverage_minutes
    emptier = partial or _minutes(new) < _minutes(there) or (new.rows == 0 and there.rows > 0)
    return Outcome.KEPT_FULLER if emptier and not force else Outcome.REPLACED


def _minutes(header: SetHeader) -> tuple[float, float]:
    """Return how full a set is: what was observed counts before what is estimated."""
    return header.coverage_minutes, header.estimated_minutes


def _said(header: SetHeader) -> tuple[object, ...]:
    """Return what two sets that say the same have in common; when and by whom they were built is not in it."""
    return header.digest, header.currency, header.final, *_minutes(header)


def publish(bucket: Bucket, cost_set: CostSet, *, force: bool = False) -> Published:
    """
    Write a set to its place in a bucket if it should be there.

    Args:
        bucket: local store or Federated Storage
        cost_set: the set
        force: replace even a fuller set
    """
    path = set_path(cost_set.header.key)
    outcome = decide(header_at(bucket, cost_set.header.key), cost_set.header, force=force)
    content = b""
    if outcome in {Outcome.CREATED, Outcome.REPLACED}:
        content = to_bytes(cost_set)
        bucket.put(path, content)
    return Published(outcome, path, cost_set.header.rows, len(content))


def copy(key: SetKey, source: BucketReader, target: Bucket, *, force: bool = False) -> Published:
    """
    Copy a set file byte for byte from one bucket to another, by the same rules as `publish`.

    Raises:
        ObjectMissingError: the source has no such set.
        SetDamagedError: the source's set cannot be read, or is another than its path says; the target is not touched.
    """
    path = set_path(key)
    content = source.get(path)
    header = _of(key, from_bytes(content, path).header, path)
    outcome = decide(header_at(target, key), header, force=force)
    if outcome in {Outcome.CREATED, Outcome.REPLACED}:
        target.put(path, content)
        return Published(outcome, path, header.rows, len(content))
    return Published(outcome, path, header.rows, 0)


def header_at(bucket: BucketReader, key: SetKey) -> SetHeader | None:
    """Return the header of the set that is there; None where there is none or where it is damaged."""
    path = set_path(key)
    try:
        return _of(key, header_from_bytes(bucket.get(path), path), path)
    except (SetDamagedError, ObjectMissingError):
        return None


def read(bucket: BucketReader, key: SetKey) -> CostSet:
    """
    Read a set.

    Raises:
        ObjectMissingError: there is none.
        SetDamagedError: it cannot be read, or is another than its path says.
    """
    path = set_path(key)
    found = from_bytes(bucket.get(path), path)
    _of(key, found.header, path)
    return found


def _of(key: SetKey, header: SetHeader, path: str) -> SetHeader:
    if header.key != key:
        raise SetDamagedError(f"read {path}: the file says it is {header.key}; it was copied or renamed")
    return header
