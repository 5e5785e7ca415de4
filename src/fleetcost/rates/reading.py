"""
Files of exchange rates: the European Central Bank's, and our own of `date,base,quote,rate`.

The bank publishes units of each currency for one euro, as wide CSV, its zip and XML:
https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.parsers import expat

from fleetcost.errors import RatesRefusedError
from fleetcost.rates.table import ExchangeRate, RateKind

LARGEST_BYTES = 64 << 20
"""Of a file and of what is in its zip: the bank's whole history is below two million."""

_OWN = ("date", "base", "quote", "rate")
_EURO = "EUR"
_NOT_QUOTED = frozenset({"", "N/A"})
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_CODE = re.compile(r"[A-Z]{3}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class ReadRate:
    """A rate and the line of its file."""

    line: int
    rate: ExchangeRate


@dataclass(frozen=True, slots=True)
class RateFile:
    """
    What a file holds.

    Attributes:
        name: of the file, for messages
        kind: monthly where its dates are months, or where that was said
        rates: in the order of the file
    """

    name: str
    kind: RateKind
    rates: tuple[ReadRate, ...]


def read_rates(name: str, content: bytes, *, monthly: bool = False) -> RateFile:
    """
    Read a file of rates, whichever of the known forms it has.

    Args:
        name: of the file, for messages
        content: its bytes
        monthly: dates are the first days of the months their rates count for

    Raises:
        RatesRefusedError: it is of no known form, or a line of it cannot be used.
    """
    if content.startswith(b"PK"):
        name, content = _unpacked(name, content)
    if len(content) > LARGEST_BYTES:
        raise RatesRefusedError(f"read {name}: {len(content):,} bytes, accepted are up to {LARGEST_BYTES:,}")
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        rates = tuple(_of_xml(name, content))
    else:
        rates, months = _of_csv(name, content)
        monthly = monthly or months
    if not rates:
        raise RatesRefusedError(f"read {name}: there is no rate in it")
    for one in rates if monthly else ():
        if one.rate.day.day != 1:
            raise RatesRefusedError(
                f"{name}, line {one.line}: {one.rate.day} is not the first day of a month; write months as "
                f"{one.rate.day:%Y-%m}"
            )
    return RateFile(name, RateKind.MONTHLY if monthly else RateKind.DAILY, rates)


def _unpacked(name: str, content: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = packed.infolist()
            if len(inside) != 1 or inside[0].file_size > LARGEST_BYTES:
                raise RatesRefusedError(
                    f"read {name}: a zip with one file of up to {LARGEST_BYTES:,} bytes is accepted"
                )
            return f"{name}/{inside[0].filename}", packed.read(inside[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise RatesRefusedError(f"read {name}: the zip is damaged: {error}") from error


def _of_csv(name: str, content: bytes) -> tuple[tuple[ReadRate, ...], bool]:
    """Return the rates of either form of CSV, and whether its dates are months."""
    try:
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        rows = [(lines.line_num, [cell.strip() for cell in row]) for row in lines if any(map(str.strip, row))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RatesRefusedError(f"read {name}: it is no CSV: {error}") from error
    header = rows[0][1] if rows else []
    if [cell.lower() for cell in header] == list(_OWN):
        months = len(rows) > 1 and all(_MONTH.fullmatch(cells[0]) for _, cells in rows[1:])
        return tuple(_own(name, line, cells) for line, cells in rows[1:]), months
    if header and header[0].lower() == "date" and len(header) > 1:
        return tuple(_wide(name, header, rows[1:])), False
    raise RatesRefusedError(
        f"read {name}: its first line is neither {','.join(_OWN)} nor the central bank's Date,USD,JPY,…"
    )


def _own(name: str, line: int, cells: list[str]) -> ReadRate:
    if len(cells) != len(_OWN):
        raise RatesRefusedError(f"{name}, line {line}: {len(cells)} values; a line has {len(_OWN)}: {','.join(_OWN)}")
    day, base, quote, rate = cells
    for code in (base, quote):
        _check_code(name, line, code)
    if base == quote:
        raise RatesRefusedError(f"{name}, line {line}: a rate of {base} to itself")
    return ReadRate(line, ExchangeRate(_day(name, line, day), base, quote, _decimal(name, line, rate)))


def _wide(name: str, header: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[ReadRate]:
    quotes = header[1:]
    # The bank's lines end with a comma, so that there is an empty last column.
    for quote in filter(None, quotes):
        _check_code(name, 1, quote)
    for line, cells in rows:
        day = _day(name, line, cells[0])
        if len(cells) > len(header):
            raise RatesRefusedError(f"{name}, line {line}: {len(cells)} values under {len(header)} headings")
        for quote, text in zip(quotes, cells[1:], strict=False):
            if quote and text not in _NOT_QUOTED:
                yield ReadRate(line, ExchangeRate(day, _EURO, quote, _decimal(name, line, text)))


def _of_xml(name: str, content: bytes) -> list[ReadRate]:
    """Read the bank's `Cube/Cube[@time]/Cube[@currency,@rate]`."""
    parser = expat.ParserCreate(namespace_separator=" ")
    found: list[ReadRate] = []
    days: list[date] = []

    def refuse(*_: object) -> None:
        raise RatesRefusedError(f"{name}, line {parser.CurrentLineNumber}: a document type is not accepted")

    def element(tag: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if tag.rpartition(" ")[2] != "Cube":
            return
        if "time" in attributes:
            days.append(_day(name, line, attributes["time"]))
        if "currency" in attributes and "rate" in attributes and attributes["rate"] not in _NOT_QUOTED:
            if not days:
                raise RatesRefusedError(f"{name}, line {line}: a rate before any Cube with a time")
            _check_code(name, line, attributes["currency"])
            rate = _decimal(name, line, attributes["rate"])
            found.append(ReadRate(line, ExchangeRate(days[-1], _EURO, attributes["currency"], rate)))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = element
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat takes it by position
    except expat.ExpatError as error:
        raise RatesRefusedError(f"read {name}: it is no XML: {error}") from error
    return found


def _day(name: str, line: int, text: str) -> date:
    for form in ("%Y-%m-%d", "%Y-%m", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise RatesRefusedError(f"{name}, line {line}: {text!r} is no day such as 2026-10-17")


def _decimal(name: str, line: int, text: str) -> Decimal:
    if not _RATE.fullmatch(text) or not Decimal(text):
        raise RatesRefusedError(
            f"{name}, line {line}: {text!r} is no rate: a number above 0 with at most 12 decimal places is accepted"
        )
    return Decimal(text)


def _check_code(name: str, line: int, text: str) -> None:
    if not _CODE.fullmatch(text):
        raise RatesRefusedError(f"{name}, line {line}: {text!r} is no ISO 4217 code such as USD")
