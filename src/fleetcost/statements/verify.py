"""Whether every statement of a book is there as it was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import DamagedError, ObjectMissingError
from fleetcost.model.amount import ZERO
from fleetcost.model.statement import StatementLine, StatementLineKind
from fleetcost.statements.book import book_folder
from fleetcost.statements.records import StatementHeader, StatementTotal
from fleetcost.statements.store import CHAINED, WITNESS, Statement, read_lines, read_statement


@dataclass(frozen=True, slots=True)
class StatementFault:
    """Something that is not as it was written: the number in the chain, and what is the case."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class VerifiedBook:
    """
    What was found of a book.

    Attributes:
        statements: those that can be read
        faults: what was removed or changed
        leftovers: objects that are part of no statement, such as lines of a closing that was interrupted
    """

    book: str
    statements: tuple[Statement, ...]
    faults: tuple[StatementFault, ...]
    leftovers: tuple[str, ...]


def verify_book(bucket: BucketReader, book: str) -> VerifiedBook:
    """
    Read everything of a book and hold it against each other.

    Raises:
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    folder = book_folder(book)
    names = [one.path.removeprefix(f"{folder}/") for one in bucket.list(folder)]
    headers = {int(match["number"]) for name in names if (match := CHAINED.fullmatch(name))}
    witnesses: dict[int, set[str]] = defaultdict(set)
    for match in filter(None, map(WITNESS.fullmatch, names)):
        witnesses[int(match["number"])].add(match["sha256"])
    found: dict[int, Statement] = {}
    faults: list[StatementFault] = []
    for number in range(1, max((*headers, *witnesses), default=0) + 1):
        try:
            found[number] = read_statement(bucket, book, number)
            faults += _of_chain(found, number, witnesses[number])
            faults += _of_lines(bucket, found[number].header)
        except ObjectMissingError:
            faults.append(StatementFault(number, f"the statement number {number} was removed"))
        except DamagedError as error:
            faults.append(StatementFault(number, str(error)))
    faults += _of_months(found.values())
    known = {"book.json", *(one.header.lines.path.removeprefix(f"{folder}/") for one in found.values())}
    leftovers = [
        name for name in names if name not in known and not CHAINED.fullmatch(name) and not WITNESS.fullmatch(name)
    ]
    return VerifiedBook(book, tuple(found.values()), tuple(faults), tuple(leftovers))


def totals_of(lines: Iterable[StatementLine]) -> tuple[StatementTotal, ...]:
    """Return what lines are together, one a currency."""
    sums: dict[str, dict[StatementLineKind, Decimal]] = {}
    for line in lines:
        own = sums.setdefault(line.currency, dict.fromkeys(StatementLineKind, ZERO))
        own[line.kind] += line.total_cost
    return tuple(
        StatementTotal(
            currency=currency,
            cost=own[StatementLineKind.COST],
            prior_period=own[StatementLineKind.PRIOR],
            reversal=own[StatementLineKind.REVERSAL],
            total=sum(own.values(), ZERO),
        )
        for currency, own in sorted(sums.items())
    )


def _of_chain(found: dict[int, Statement], number: int, witnesses: set[str]) -> Iterator[StatementFault]:
    one, before = found[number], found.get(number - 1)
    if witnesses and one.sha256 not in witnesses:
        yield StatementFault(number, f"statement {one.header.id} was replaced: it is not the one that was witnessed")
    if (before is not None or number == 1) and one.header.previous != (before.sha256 if before else ""):
        yield StatementFault(number, f"statement {one.header.id} does not follow the one before it as that is now")


def _of_lines(bucket: BucketReader, header: StatementHeader) -> Iterator[StatementFault]:
    lines = read_lines(bucket, header)
    if totals_of(lines) != header.totals or len(lines) != header.lines.rows:
        yield StatementFault(header.number, f"statement {header.id}: its totals are not the sums of its lines")


def _of_months(statements: Iterable[Statement]) -> Iterator[StatementFault]:
    """Hold the numbers of each month's closings against their order; a missing one is a fault of its own."""
    seen: dict[str, int] = {}
    for one in statements:
        header = one.header
        if header.seq < seen.get(header.month, 0):
            yield StatementFault(header.number, f"statement {header.id} is there twice")
        seen[header.month] = header.seq + 1
