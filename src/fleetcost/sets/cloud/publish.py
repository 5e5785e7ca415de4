"""
Putting a day's cloud costs where they belong: a changed bill is a new version, and the one before it is kept.

The object of a day is always its newest version. Before it is replaced it is copied to its version's own name, so a
process that dies in between leaves a copy too many and nothing lost. A set that says the same is not written again.
"""

from __future__ import annotations

import enum
from contextlib import suppress
from dataclasses import dataclass, replace

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.errors import ConditionFailedError, ObjectMissingError, SetDamagedError
from fleetcost.model.cloud_sets import CloudSetHeader, CloudSetKey, Replaced
from fleetcost.sets.cloud.cloud_set import CloudSet
from fleetcost.sets.cloud.files import from_bytes, header_from_bytes, to_bytes
from fleetcost.sets.cloud.layout import CloudObject, locate, set_path, version_path, versions_folder

KEPT_VERSIONS = 10
"""How many earlier versions of a day are kept."""


class CloudOutcome(enum.StrEnum):
    """What became of a day that was to be published."""

    CREATED = "created"
    RESTATED = "restated"
    STATE_CHANGED = "state changed"
    UNCHANGED = "unchanged"
    KEPT_FULLER = "kept the set that is there: the bill has no rows any more"


@dataclass(frozen=True, slots=True)
class CloudPublished:
    """The account of one publication: which version of which day is there now."""

    outcome: CloudOutcome
    header: CloudSetHeader

    @property
    def written(self) -> bool:
        """Tell whether the bucket changed."""
        return self.outcome in {CloudOutcome.CREATED, CloudOutcome.RESTATED, CloudOutcome.STATE_CHANGED}


def decide(there: CloudSetHeader | None, new: CloudSetHeader, *, force: bool) -> CloudOutcome:
    """Choose what to do with a new set, given the header of the one that is there."""
    if there is None:
        return CloudOutcome.CREATED
    if there.digest == new.digest:
        return CloudOutcome.UNCHANGED if there.state is new.state else CloudOutcome.STATE_CHANGED
    # A day may have parts of a month's fee though the bill has no row of its own of it any more.
    lost = new.bill_rows == 0 < there.bill_rows
    return CloudOutcome.KEPT_FULLER if lost and not force else CloudOutcome.RESTATED


def publish(
    bucket: Bucket, cloud_set: CloudSet, *, force: bool = False, kept_versions: int = KEPT_VERSIONS
) -> CloudPublished:
    """
    Write a day to its place if it should be there.

    Args:
        bucket: Federated Storage
        cloud_set: the day; its version is given here
        force: let a bill without rows replace one with rows
        kept_versions: how many earlier versions stay

    Raises:
        ConditionFailedError: somebody else wrote this day at the same time; the next run looks again.
    """
    key = cloud_set.header.key
    there = _there(bucket, key)
    outcome = decide(there.header, cloud_set.header, force=force)
    if outcome in {CloudOutcome.UNCHANGED, CloudOutcome.KEPT_FULLER} and there.header:
        return CloudPublished(outcome, there.header)
    header = _numbered(cloud_set.header, outcome, there)
    if outcome is CloudOutcome.RESTATED and there.header:
        with suppress(ConditionFailedError):  # a run that died after this copy left the same one
            bucket.put(version_path(key, there.header.version), there.content, create=True)
    content = to_bytes(CloudSet(header, cloud_set.table))
    bucket.put(set_path(key), content, create=not there.etag, if_etag=there.etag or None)
    if outcome is CloudOutcome.RESTATED and header.version - kept_versions > 1:
        bucket.delete(version_path(key, header.version - kept_versions - 1))
    return CloudPublished(outcome, header)


def header_at(bucket: BucketReader, key: CloudSetKey) -> CloudSetHeader | None:
    """Return the header of a day's newest version; None where there is none or where it is damaged."""
    return _there(bucket, key).header


def read(bucket: BucketReader, key: CloudSetKey, version: int = 0) -> CloudSet:
    """
    Read a day.

    Args:
        bucket: where
        key: which
        version: an earlier version, or the newest by its number; 0 is the newest

    Raises:
        ObjectMissingError: there is no such day or version.
        SetDamagedError: it cannot be read, or is another than its path says.
    """
    newest = header_at(bucket, key) if version else None
    earlier = version and not (newest and newest.version == version)
    path = version_path(key, version) if earlier else set_path(key)
    found = from_bytes(bucket.get(path), path)
    _of(key, found.header, path)
    return found


def versions(bucket: BucketReader, key: CloudSetKey) -> tuple[CloudSetHeader, ...]:
    """Return the headers of every version of a day that is kept, newest first; damaged ones are left out."""
    numbers = [
        location.version
        for info in bucket.list(versions_folder(key.integration))
        if (location := locate(info.path)).state is CloudObject.VERSION and location.key == key
    ]
    found = {header.version: header for number in numbers if (header := _header(bucket, version_path(key, number)))}
    if newest := header_at(bucket, key):
        found[newest.version] = newest
    return tuple(found[number] for number in sorted(found, reverse=True))


@dataclass(frozen=True, slots=True)
class _There:
    """What lies at a day's place; `earlier` is the highest version kept, asked only where the object is damaged."""

    header: CloudSetHeader | None = None
    content: bytes = b""
    etag: str = ""
    earlier: int = 0


def _there(bucket: BucketReader, key: CloudSetKey) -> _There:
    path = set_path(key)
    info = bucket.stat(path)
    if info is None:
        return _There()
    try:
        content = bucket.get(path)
        return _There(_of(key, header_from_bytes(content, path), path), content, info.etag)
    except ObjectMissingError:
        return _There()
    except SetDamagedError:
        kept = (locate(found.path) for found in bucket.list(versions_folder(key.integration)))
        return _There(etag=info.etag, earlier=max((one.version for one in kept if one.key == key), default=0))


def _numbered(new: CloudSetHeader, outcome: CloudOutcome, there: _There) -> CloudSetHeader:
    if there.header is None:
        return replace(new, version=there.earlier + 1, replaces=None)
    if outcome is CloudOutcome.STATE_CHANGED:
        return replace(new, version=there.header.version, replaces=there.header.replaces)
    before = Replaced(there.header.version, there.header.digest, there.header.built_at)
    return replace(new, version=there.header.version + 1, replaces=before)


def _header(bucket: BucketReader, path: str) -> CloudSetHeader | None:
    with suppress(SetDamagedError, ObjectMissingError):
        return header_from_bytes(bucket.get(path), path)
    return None


def _of(key: CloudSetKey, header: CloudSetHeader, path: str) -> CloudSetHeader:
    if header.key != key:
        raise SetDamagedError(f"read {path}: the file says it is {header.key}; it was copied or renamed")
    return header
