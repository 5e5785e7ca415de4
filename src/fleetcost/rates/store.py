"""
Rate tables in the bucket, in versions.

```
fleetcost/rates/<table>/<version>-<kind>.csv.gz   a whole table: `date,base,quote,rate`, sorted; never changed
fleetcost/rates/<table>/current.json              which version counts, and what it changed; written with a condition
```
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import ClassVar

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.documents.document import BucketDocument, read_document, write_document
from fleetcost.errors import (
    CallerError,
    ConditionFailedError,
    DamagedError,
    DocumentDamagedError,
    ObjectMissingError,
    RatesRefusedError,
    StoreError,
)
from fleetcost.rates.reading import LARGEST_BYTES, read_rates
from fleetcost.rates.table import ExchangeRate, RateKind, RateTable

FOLDER = "fleetcost/rates"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_OBJECT = re.compile(r"(?P<version>[0-9]{6})-(?P<kind>daily|monthly)\.csv\.gz")
_LARGEST_PACKED = 16 << 20


class CurrentRates(BucketDocument, frozen=True, kw_only=True):
    """
    The document in `current.json`.

    Attributes:
        version, kind: of the table that counts
        digest: of its lines
        rows: how many rates it has
        first_day, last_day: of its rates
        changed_first, changed_last: the days whose rates are not those of the version before
        source: the name of the file the newest rates came from
        written_at: when
        format_version: of this document and of the objects it names
    """

    largest_bytes: ClassVar[int] = 16 * 1024

    version: int
    kind: RateKind
    digest: str
    rows: int
    first_day: str
    last_day: str
    changed_first: str
    changed_last: str
    source: str
    written_at: datetime
    format_version: int = 1


@dataclass(frozen=True, slots=True)
class KnownTable:
    """
    A table as the bucket has it.

    Attributes:
        table: its newest version that can be read, None where there is none
        current: what is said of the version that counts, None where that cannot be read
        fault: what is wrong with it in the bucket, empty where nothing is
    """

    table: RateTable | None
    current: CurrentRates | None
    fault: str = ""


def check_name(name: str) -> str:
    """
    Return the name of a table.

    Raises:
        CallerError: it cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise CallerError(
            f"{name!r} is no name of a rate table: small letters, digits and `-` are accepted, such as ecb"
        )
    return name


def table_names(bucket: BucketReader) -> tuple[str, ...]:
    """Return the names of the tables in a bucket; see the port's `folders` for what is raised."""
    return tuple(name for name in bucket.folders(FOLDER) if _NAME.fullmatch(name))


def read_table(bucket: BucketReader, name: str) -> KnownTable:
    """
    Read the version of a table that counts, or the newest before it that can be read.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    current, fault = None, ""
    try:
        current = read_document(bucket, _current(name), CurrentRates)
    except ObjectMissingError:
        fault = f"{_current(name)} is missing"
    except DamagedError as error:
        fault = str(error)
    newest = current.version if current else None
    for version, kind, path in sorted(_versions(bucket, name), reverse=True):
        if newest is None or version <= newest:
            try:
                digest = current.digest if current and version == newest else ""
                return KnownTable(RateTable(name, version, kind, _read(bucket, path, kind, digest)), current, fault)
            except (DamagedError, ObjectMissingError) as error:
                fault = fault or str(error)
    return KnownTable(None, current, fault or f"{FOLDER}/{name} holds no version")


def read_version(bucket: BucketReader, name: str, version: int) -> RateTable:
    """
    Read one version of a table, which need not be the one that counts.

    Raises:
        ObjectMissingError: there is no such version.
        DocumentDamagedError: it cannot be read.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    for number, kind, path in _versions(bucket, name):
        if number == version:
            return RateTable(name, version, kind, _read(bucket, path, kind, ""))
    raise ObjectMissingError(f"the rate table {name} has no version {version}")


def publish_rates(
    bucket: Bucket, name: str, kind: RateKind, rates: Iterable[ExchangeRate], source: str, now: datetime
) -> CurrentRates | None:
    """
    Take rates into a table: those of the same day and pair are replaced, all others stay.

    Args:
        bucket: where the table is
        name: of the table
        kind: of the rates
        rates: to take in, checked
        source: the name of their file
        now: the clock's reading

    Returns:
        The version that was written; None where the table has these rates already.

    Raises:
        CallerError: the table is of the other kind.
        StoreError, StoreRefusedError: the bucket did not answer, or refused, or somebody else wrote meanwhile.
    """
    known = read_table(bucket, check_name(name))
    before = known.table.rates if known.table else ()
    if known.table and known.table.kind is not kind:
        raise CallerError(f"the rate table {name} is {known.table.kind}, these rates are {kind}: take another table")
    merged = {(one.day, one.base, one.quote): one for one in (*before, *rates)}
    whole = tuple(merged[key] for key in sorted(merged))
    changed = sorted({one.day for one in set(whole) ^ set(before)})
    if not changed and not known.fault:
        return None
    version = max((number for number, _, _ in _versions(bucket, name)), default=0) + 1
    lines = _lines(whole)
    first, last = (changed[0], changed[-1]) if changed else (whole[0].day, whole[-1].day)
    current = CurrentRates(
        version=version, kind=kind, digest=_digest(lines), rows=len(whole), first_day=whole[0].day.isoformat(),
        last_day=whole[-1].day.isoformat(), changed_first=first.isoformat(), changed_last=last.isoformat(),
        source=source, written_at=now,
    )  # fmt: skip
    try:
        bucket.put(f"{FOLDER}/{name}/{version:06}-{kind}.csv.gz", gzip.compress(lines, mtime=0), create=True)
        there = bucket.stat(_current(name))
        write_document(bucket, _current(name), current, create=there is None, if_etag=there.etag if there else None)
    except ConditionFailedError as error:
        raise StoreError(f"write the rate table {name}: somebody else wrote it meanwhile: do it again") from error
    return current


def prune_rates(bucket: Bucket, name: str, named: Collection[int], before: datetime) -> tuple[int, ...]:
    """
    Delete versions of a table that stopped counting before a time; the one that counts and the one before it stay.

    Args:
        bucket: where the table is
        name: of the table
        named: versions that are still named somewhere, such as by statements: they stay
        before: since when the version after one must have counted

    Returns:
        Which were deleted.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    written = {info.path: info.modified for info in bucket.list(f"{FOLDER}/{name}")}
    versions = sorted(_versions(bucket, name))
    gone = [
        (number, path)
        for (number, _, path), (_, _, following) in pairwise(versions[:-1])
        if written[following] < before and number not in named
    ]
    for _, path in gone:
        bucket.delete(path)
    return tuple(number for number, _ in gone)


def _read(bucket: BucketReader, path: str, kind: RateKind, digest: str) -> tuple[ExchangeRate, ...]:
    content = bucket.get(path, largest_bytes=_LARGEST_PACKED)
    try:
        packer = zlib.decompressobj(16 + zlib.MAX_WBITS)
        lines = packer.decompress(content, LARGEST_BYTES)
        if not packer.eof:
            raise DocumentDamagedError(f"read {path}: it is cut off, or larger than {LARGEST_BYTES:,} bytes")
        read = read_rates(path, lines, monthly=kind is RateKind.MONTHLY)
    except (zlib.error, RatesRefusedError) as error:
        raise DocumentDamagedError(f"read {path}: {error}") from error
    if digest and _digest(lines) != digest:
        raise DocumentDamagedError(f"read {path}: its lines are not those that current.json names")
    return tuple(sorted(one.rate for one in read.rates))


def _lines(rates: Iterable[ExchangeRate]) -> bytes:
    rows = (f"{one.day.isoformat()},{one.base},{one.quote},{one.rate:f}" for one in rates)
    return "\n".join(["date,base,quote,rate", *rows, ""]).encode()


def _digest(lines: bytes) -> str:
    return hashlib.blake2b(lines, digest_size=16).hexdigest()


def _versions(bucket: BucketReader, name: str) -> list[tuple[int, RateKind, str]]:
    return [
        (int(match["version"]), RateKind(match["kind"]), info.path)
        for info in bucket.list(f"{FOLDER}/{name}")
        if (match := _OBJECT.fullmatch(info.path.rpartition("/")[2]))
    ]


def _current(name: str) -> str:
    return f"{FOLDER}/{name}/current.json"
