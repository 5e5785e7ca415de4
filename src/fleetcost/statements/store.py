"""
Statements in the bucket: created once, never changed.

```
fleetcost/statements/<book>/book.json                              the definition; the newest version
fleetcost/statements/<book>/<YYYY-MM>/<seq>-<checksum>.parquet     lines, before their header
fleetcost/statements/<book>/chain/<number>.json                    the header: from now on it is a statement
fleetcost/statements/<book>/witness/<number>-<sha256>.json         that there was one, after it
```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.errors import ConditionFailedError, DocumentDamagedError, ObjectMissingError
from fleetcost.model.statement import StatementLine
from fleetcost.sets.statements import lines_from_bytes, lines_to_bytes
from fleetcost.statements.book import book_folder
from fleetcost.statements.records import LinesObject, StatementHeader, header_from_bytes, header_to_bytes, sha256

LARGEST_LINES = 1 << 30

CHAINED = re.compile(r"chain/(?P<number>[0-9]{6})\.json")
WITNESS = re.compile(r"witness/(?P<number>[0-9]{6})-(?P<sha256>[0-9a-f]{64})\.json")


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A statement of the bucket.

    Attributes:
        header: what it says of itself
        sha256: of the header's object
    """

    header: StatementHeader
    sha256: str


def read_chain(bucket: BucketReader, book: str) -> tuple[Statement, ...]:
    """
    Read every statement of a book, in the order in which they were closed.

    Raises:
        DamagedError: one is missing, was changed or cannot be read: nothing can be closed after it.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    folder = book_folder(book)
    numbers = [int(match["number"]) for match in _named(bucket, f"{folder}/chain", CHAINED, folder)]
    chain: list[Statement] = []
    for place, number in enumerate(numbers, 1):
        previous = chain[-1].sha256 if chain else ""
        if number != place:
            raise DocumentDamagedError(f"the statement number {place} of the book {book} is missing")
        one = read_statement(bucket, book, number)
        if one.header.previous != previous:
            raise DocumentDamagedError(f"{header_path(book, number)} does not follow the statement before it")
        chain.append(one)
    return tuple(chain)


def read_statement(bucket: BucketReader, book: str, number: int) -> Statement:
    """
    Read one header.

    Raises:
        ObjectMissingError: there is none.
        DamagedError: it was changed or cannot be read.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    path = header_path(book, number)
    content = bucket.get(path, largest_bytes=StatementHeader.largest_bytes)
    header = header_from_bytes(content, path)
    if (header.book.definition.name, header.number) != (book, number):
        raise DocumentDamagedError(f"read {path}: it is number {header.number} of {header.book.definition.name}")
    return Statement(header, sha256(content))


def read_lines(bucket: BucketReader, header: StatementHeader) -> tuple[StatementLine, ...]:
    """
    Read the lines of a statement and check that they are those its header names.

    Raises:
        DamagedError: they are missing, were changed or cannot be read.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    path = header.lines.path
    try:
        content = bucket.get(path, largest_bytes=LARGEST_LINES)
    except ObjectMissingError:
        raise DocumentDamagedError(f"{path}: the lines of statement {header.id} are missing") from None
    if sha256(content) != header.lines.sha256:
        raise DocumentDamagedError(f"{path}: not the lines that statement {header.id} was made with")
    return lines_from_bytes(content, path)[1]


def commit(bucket: Bucket, header: StatementHeader, lines: Sequence[StatementLine]) -> Statement:
    """
    Write a statement: lines, then the header, which makes them one, then the witness.

    Args:
        bucket: where
        header: without the object of its lines
        lines: in their order

    Raises:
        ConditionFailedError: somebody else has written the statement of this number; of ours nothing is there.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    book, number = header.book.definition.name, header.number
    content = lines_to_bytes(book, header.month, header.seq, lines)
    checksum = sha256(content)
    path = f"{book_folder(book)}/{header.month}/{header.seq}-{checksum[:16]}.parquet"
    # Equal lines have one name, and may lie there from a closing that was interrupted.
    with suppress(ConditionFailedError):
        bucket.put(path, content, create=True)
    named = msgspec.structs.replace(header, lines=LinesObject(path, checksum, len(content), len(lines)))
    document = header_to_bytes(named)
    try:
        bucket.put(header_path(book, number), document, create=True)
    except ConditionFailedError:
        # The winner hears that it lost where its answer was lost on the way: see the bucket's port.
        if bucket.get(header_path(book, number)) != document:
            raise
    witness(bucket, book, number, sha256(document))
    return Statement(header_from_bytes(document, header_path(book, number)), sha256(document))


def witness(bucket: Bucket, book: str, number: int, checksum: str) -> None:
    """Write that there was a statement of this number; where that is written already nothing is done."""
    content = msgspec.json.encode({"number": number, "sha256": checksum})
    with suppress(ConditionFailedError):
        bucket.put(f"{book_folder(book)}/witness/{number:06}-{checksum}.json", content, create=True)


def header_path(book: str, number: int) -> str:
    """Return where a header lies."""
    return f"{book_folder(book)}/chain/{number:06}.json"


def _named(bucket: BucketReader, prefix: str, pattern: re.Pattern[str], folder: str) -> list[re.Match[str]]:
    names = (one.path.removeprefix(f"{folder}/") for one in bucket.list(prefix))
    return [match for name in names if (match := pattern.fullmatch(name))]
