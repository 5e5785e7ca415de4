"""What was removed or changed of statements is noticed, whatever object it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import CallerError, SettingsError
from fleetcost.model.statement import StatementLine, StatementLineKind, StatementRow
from fleetcost.ops.reading import parse_yaml
from fleetcost.sets.statements import lines_to_bytes
from fleetcost.statements.book import BookVersion, StatementBook, publish_book, read_book, read_book_file
from fleetcost.statements.records import (
    LinesObject,
    StatementHeader,
    StatementInputs,
    header_from_bytes,
    header_to_bytes,
    sha256,
)
from fleetcost.statements.store import commit, header_path, read_chain, read_lines
from fleetcost.statements.verify import totals_of, verify_book

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
BOOK = BookVersion(
    version=1, definition=StatementBook(name="team", key="label:team", first_month="2026-01"), written_at=NOW
)
FOLDER = "fleetcost/statements/team"


def line(month: str, cost: str) -> StatementLine:
    """Return the line of a month."""
    amount = Decimal(cost)
    return StatementLine(
        kind=StatementLineKind.COST, origin_month=month, row=StatementRow.GROUP, name="web", names=("web",),
        currency="EUR", list_cost=amount, own_cost=amount, total_cost=amount,
    )  # fmt: skip


def closed(bucket: MemoryBucket, month: str, cost: str) -> StatementHeader:
    """Close a month with one line."""
    chain, lines = read_chain(bucket, "team"), [line(month, cost)]
    header = StatementHeader(
        number=len(chain) + 1, month=month, seq=0, book=BOOK, closed_at=NOW, closed_by="test",
        lines=LinesObject("", "", 0, 0), totals=totals_of(lines), inputs=StatementInputs(),
        previous=chain[-1].sha256 if chain else "",
    )  # fmt: skip
    return commit(bucket, header, lines).header


@pytest.fixture
def bucket() -> Iterator[MemoryBucket]:
    """A bucket with three statements."""
    made = MemoryBucket()
    publish_book(made, BOOK.definition, NOW)
    for month, cost in (("2026-01", "10"), ("2026-02", "20"), ("2026-03", "30")):
        closed(made, month, cost)
    return made


def paths(bucket: MemoryBucket, part: str) -> list[str]:
    """Return the objects whose names hold a word."""
    return [one.path for one in bucket.list(FOLDER) if part in one.path]


def test_what_is_whole_has_no_fault(bucket: MemoryBucket) -> None:
    """Three statements that nobody touched are verified, and every object is part of one."""
    found = verify_book(bucket, "team")
    assert [one.header.id for one in found.statements] == ["team/2026-01/0", "team/2026-02/0", "team/2026-03/0"]
    assert (found.faults, found.leftovers) == ((), ())


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("what", ["header", "lines", "both"])
def test_a_removed_object_is_noticed(bucket: MemoryBucket, number: int, what: str) -> None:
    """Header, lines or both of any statement, the newest too, are missed under its number."""
    header = read_chain(bucket, "team")[number - 1].header
    if what != "lines":
        bucket.delete(header_path("team", number))
    if what != "header":
        bucket.delete(header.lines.path)
    assert number in {fault.number for fault in verify_book(bucket, "team").faults}


def test_every_changed_byte_is_noticed(bucket: MemoryBucket) -> None:
    """Whichever byte of a header or of lines is another one, the statement is named."""
    for path in (*paths(bucket, "chain/000002"), *paths(bucket, "2026-02/")):
        content = bucket.get(path)
        for place in range(0, len(content), max(1, len(content) // 40)):
            bucket.put(path, content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert 2 in {fault.number for fault in verify_book(bucket, "team").faults}, (path, place)
        bucket.put(path, content)
    assert verify_book(bucket, "team").faults == ()


def _forged(bucket: MemoryBucket, header: StatementHeader) -> None:
    """Write other lines and a header that fits them, with a checksum of its own."""
    lines = [line(header.month, "999")]
    content = lines_to_bytes("team", header.month, header.seq, lines)
    checksum = sha256(content)
    path = f"{FOLDER}/{header.month}/0-{checksum[:16]}.parquet"
    bucket.put(path, content)
    made = msgspec.structs.replace(
        header, lines=LinesObject(path, checksum, len(content), 1), totals=totals_of(lines), file_sha256="0" * 64
    )
    bucket.put(header_path("team", header.number), header_to_bytes(made))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_forged_statement_is_noticed(bucket: MemoryBucket, number: int) -> None:
    """A statement that was replaced whole, with checksums that fit, is not the one that was witnessed and followed."""
    _forged(bucket, read_chain(bucket, "team")[number - 1].header)
    faults = verify_book(bucket, "team").faults
    assert any("was replaced" in fault.message for fault in faults if fault.number == number)
    assert number == 3 or any("does not follow" in fault.message for fault in faults if fault.number == number + 1)


def test_what_an_interrupted_closing_left_is_part_of_nothing(bucket: MemoryBucket) -> None:
    """Lines without a header are named, are no fault, and a later closing is not hindered by them."""
    path = f"{FOLDER}/2026-04/0-0123456789abcdef.parquet"
    bucket.put(path, b"lines")
    found = verify_book(bucket, "team")
    assert (found.faults, found.leftovers) == ((), ("2026-04/0-0123456789abcdef.parquet",))
    assert closed(bucket, "2026-04", "40").number == 4


class Killed(BaseException):
    """The process ends."""


class Ending(MemoryBucket):
    """A bucket whose writer is killed at one of its writes: before it, or after it was done."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at

    def put(self, path: str, content: bytes, *, create: bool = False, if_etag: str | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN201
        self.left -= 1
        if self.left == 0:
            raise Killed
        done = super().put(path, content, create=create, if_etag=if_etag)
        self.left -= 1
        if self.left == 0:
            raise Killed
        return done


@pytest.mark.parametrize("step", range(1, 7))
def test_a_killed_closing_leaves_one_statement_or_none(step: int) -> None:
    """Whichever write it is killed at, before or after: nothing is broken, and closing again makes one statement."""
    bucket = Ending(step)
    with pytest.raises(Killed):
        closed(bucket, "2026-01", "10")
    there = verify_book(bucket, "team")
    assert (len(there.statements), there.faults) == (int(step >= 4), ())
    if not there.statements:
        closed(bucket, "2026-01", "10")
    assert [one.header.id for one in read_chain(bucket, "team")] == ["team/2026-01/0"]
    assert verify_book(bucket, "team").leftovers == ()


def test_headers_and_lines_come_back_as_they_were(bucket: MemoryBucket) -> None:
    """What is read is what was written, to the last digit; a newer version is refused with both numbers."""
    header = read_chain(bucket, "team")[1].header
    assert read_lines(bucket, header) == (line("2026-02", "20"),)
    newer = header_to_bytes(msgspec.structs.replace(header, format_version=2, file_sha256="0" * 64))
    with pytest.raises(Exception, match="format version 2, this build reads 1 to 1"):
        header_from_bytes(newer, "a header")


def test_a_book_is_written_in_versions() -> None:
    """The same definition again is no new version; another is, and counts from then on."""
    bucket = MemoryBucket()
    first = publish_book(bucket, BOOK.definition, NOW)
    assert first is not None
    assert publish_book(bucket, BOOK.definition, NOW) is None
    publish_book(bucket, msgspec.structs.replace(BOOK.definition, key="namespace"), NOW)
    assert (read_book(bucket, "team").version, read_book(bucket, "team").definition.key) == (2, "namespace")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: Team\nkey: namespace\nfirst_month: 2026-01", "'Team' is no name of a book"),
        ("name: team\nkey: label:team\nfirst_month: 2026-13", "no month"),
        ("name: team\nkey: nothing\nfirst_month: 2026-01", "no grouping by `nothing`"),
        ("name: team\nkey: namespace\nfirst_month: 2026-01\nfilter: cluster", "filter"),
        ("name: team\nkey: namespace\nfirst_month: 2026-01\nmateriality: much", "materiality: 'much' is no amount"),
        ("name: team\nkey: namespace\nfirst_month: 2026-01\nrates: ecb", "names rates and no currency"),
        ("name: team\nkey: namespace\nfirst_month: 2026-01\nkeys: x", "line 4.*unknown field"),
        ("name: team\nkey: namespace\nfirst_month: 2026-01\nidle: maybe", "line 4.*Invalid enum value 'maybe'"),
    ],
)
def test_a_definition_that_cannot_be_used_says_why(text: str, message: str) -> None:
    """What is wrong is named, with its line where it is a key."""
    with pytest.raises((CallerError, SettingsError), match=message):
        read_book_file(parse_yaml(text, "book.yaml"))
