"""Where a bill that was refused cannot be read: file, line, column and value, found once it has been refused."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from fleetcost.billing.bill_files import BillFile, relation
from fleetcost.billing.columns import BillColumnKind, HeldColumn, Readers, cells
from fleetcost.billing.forms import Form
from fleetcost.errors import BillDamagedError
from fleetcost.tables.scratch import Scratch

_WANTED = {
    BillColumnKind.AMOUNT: "which is no amount such as 1234.5",
    BillColumnKind.TIME: "which is no date such as 2026-11-02 or 2026-11-02T00:00:00Z",
    BillColumnKind.COUNT: "which is no whole number",
}
_LONGEST = 60


def first_fault(
    engine: Scratch, form: Form, types: Mapping[str, str], readers: Readers | None, files: Sequence[BillFile]
) -> BillDamagedError | None:
    """
    Return a refusal that names the first value that cannot be read; None where every value can.

    Args:
        engine: what refused them
        form: theirs
        types: their headers and types
        readers: how texts of a kind are read
        files: of the same columns
    """
    have = cells(form.columns, types, readers)
    for file in files:
        needed = form.needed(have, file.name)
        for cell in have:
            if cell.column.kind is BillColumnKind.TEXT:
                continue
            empty = f" OR {cell.text} IS NULL" if cell.column.name in needed else ""
            # TRY gives NULL where reading fails.
            bad = f"({cell.text} IS NOT NULL AND TRY({cell.read}) IS NULL){empty}"
            found = engine.rows(
                f"SELECT {cell.text} FROM {relation([file], types)} WHERE {bad} LIMIT 1", about=file.name
            )
            if found:
                return _refusal(engine, file, cell, None if found[0][0] is None else str(found[0][0]))
    return None


def _refusal(engine: Scratch, file: BillFile, cell: HeldColumn, value: str | None) -> BillDamagedError:
    place = _place(engine, file, cell, value)
    if value is None:
        what = f"{cell.header} is empty, and every row needs it"
    else:
        shown = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
        what = f"{cell.header} is {shown!r}, {_WANTED[cell.column.kind]}"
    return BillDamagedError(f"read the bill {file.name}: {place}{what}; correct it, or export the bill again")


def _place(engine: Scratch, file: BillFile, cell: HeldColumn, value: str | None) -> str:
    if file.ending.startswith(".parquet"):
        is_it = f"{cell.text} = $value" if value is not None else f"coalesce({cell.text}, 'NULL') = 'NULL'"
        query = f"SELECT min(file_row_number) + 1 FROM read_parquet([$file], file_row_number = true) WHERE {is_it}"
        parameters = {"file": str(file.path)} | ({"value": value} if value is not None else {})
        ((row,),) = engine.rows(query, parameters, about=file.name)
        return f"row {row}: " if row else ""
    find = _csv_line if file.ending.startswith(".csv") else _json_line
    with _opened(file) as text:
        line = find(text, cell.header, value)
    return f"line {line}: " if line else ""


@contextmanager
def _opened(file: BillFile) -> Iterator[io.TextIOBase]:
    opened = gzip.open if file.ending.endswith(".gz") else open
    with opened(file.path, "rt", encoding="utf-8-sig", errors="replace", newline="") as text:
        yield text


def _csv_line(text: io.TextIOBase, header: str, value: str | None) -> int | None:
    """Return the line on which the first row begins that has this value."""
    first = text.readline()
    sign = max(",;\t|", key=first.count)
    headers = next(csv.reader([first], delimiter=sign))
    place = next((number for number, one in enumerate(headers) if one.strip() == header.strip()), None)
    if place is None:
        return None
    rows = csv.reader(text, delimiter=sign)
    begins = 2
    for row in rows:
        written = row[place].strip() if place < len(row) else ""
        if (written if written not in {"", "NULL"} else None) == value:
            return begins
        begins = rows.line_num + 2
    return None


def _json_line(text: io.TextIOBase, header: str, value: str | None) -> int | None:
    for number, line in enumerate(text, 1):
        try:
            written = json.loads(line).get(header)
        except (ValueError, AttributeError):
            continue
        if (None if written in {None, "", "NULL"} else str(written).strip()) == value:
            return number
    return None
