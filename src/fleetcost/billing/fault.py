"""Where a bill that was refused cannot be read: file, line, column and value, found once it has been refused."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence

from fleetcost.billing.bill_files import BillFile, csv_head, opened, relation
from fleetcost.billing.columns import ABSENT, BillColumnKind, HeldColumn, Readers, cells, json_cells
from fleetcost.billing.forms import Form
from fleetcost.errors import BillDamagedError
from fleetcost.tables.scratch import Scratch

_WANTED = {
    BillColumnKind.AMOUNT: "which is no amount such as 1234.5",
    BillColumnKind.TIME: "which is no date from 2000 to 2099 such as 2026-11-02 or 2026-11-02T00:00:00Z",
    BillColumnKind.COUNT: "which is no whole number",
    BillColumnKind.JSON: "which is no JSON",
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
    have = (*cells(form.columns, types, readers), *json_cells(form.json, types))
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
    line = (_csv_line if file.ending.startswith(".csv") else _json_line)(file, cell.header, value)
    return f"line {line}: " if line else ""


def _csv_line(file: BillFile, header: str, value: str | None) -> int | None:
    """Return the line on which the first row begins that has this value."""
    head = csv_head(file)
    place = head.headers.index(header)
    with opened(file) as text:
        for _ in range(head.above + 1):
            text.readline()
        rows = csv.reader(text, delimiter=head.sign)
        begins = head.above + 2
        for row in rows:
            written = row[place].strip() if place < len(row) else ""
            if (written if written not in ABSENT else None) == value:
                return begins
            begins = head.above + rows.line_num + 2
    return None


def _json_line(file: BillFile, header: str, value: str | None) -> int | None:
    with opened(file) as text:
        for number, line in enumerate(text, 1):
            try:
                written = json.loads(line).get(header)
            except (ValueError, AttributeError):
                continue
            if (None if written is None or written in ABSENT else str(written).strip()) == value:
                return number
    return None


def torn(error: BillDamagedError, name: str) -> BillDamagedError | None:
    """Return in plain words what the engine says of a file that cannot be taken apart into lines; None for all else."""
    said = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", said)
    place = f"line {line[1]}: " if line else ""
    if fields := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said):
        what = f"{fields[2]} values, and the headers are {fields[1]}"
    elif "unterminated quote" in said or "state machine" in said:
        what = "a quotation mark without its other one"
    elif "not utf-8" in said:
        what = "signs that are not in UTF-8"
    elif "GZIP" in said:
        what = "no whole gzip file"
    else:
        return None
    return BillDamagedError(
        f"read the bill {name}: {place}{what}; correct it, or export the bill again, as CSV in UTF-8"
    )
