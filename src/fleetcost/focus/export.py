"""Writing FOCUS files: day by day, so that what is in memory is one day's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fleetcost.errors import QuestionError
from fleetcost.focus.own import OWN_COLUMNS
from fleetcost.focus.split import FocusAsked, focus_rows, focus_stages
from fleetcost.focus.statements import focus_query
from fleetcost.model.focus import FocusFormat, FocusType, focus_columns
from fleetcost.model.window import Window
from fleetcost.query.dialect import DuckDb, quoted_text
from fleetcost.tables.ledger import naive
from fleetcost.tables.view import View

_PARQUET = "FORMAT parquet, COMPRESSION zstd"
_OPTIONS = {FocusFormat.PARQUET: _PARQUET, FocusFormat.CSV: "FORMAT csv, HEADER"}


@dataclass(frozen=True, slots=True)
class FocusDay:
    """The file of one day: where it is, and its rows."""

    day: datetime
    file: Path
    rows: int


def write_days(snapshot: View, asked: FocusAsked, window: Window, folder: Path) -> Iterator[FocusDay]:
    """
    Write each day of a window as Parquet into a folder, oldest first; none where a day has no rows.

    Args:
        snapshot: with sets and bills
        asked: which rows
        window: whole days
        folder: for the files

    Raises:
        QuestionError: a distributed engine answers here, which does not write these files.
        TooMuchError: a day needs more memory than the engine may use.
    """
    if snapshot.language != "duckdb":
        raise QuestionError(
            "engine",
            snapshot.language,
            "the embedded engine",
            case="FOCUS files are written by the embedded engine only",
        )
    for each in focus_query("split_macros").split(";\n"):
        snapshot.rows(each)
    day = window.start
    while day < window.end:
        file = folder / f"{day:%Y-%m-%d}.parquet"
        rows = _write(snapshot, asked, day, file)
        if rows:
            yield FocusDay(day, file, rows)
        day += timedelta(days=1)


def put_together(snapshot: View, asked: FocusAsked, days: Sequence[FocusDay], how: FocusFormat, file: Path) -> None:
    """Write the rows of several days into one file; without any day the file has names of columns only."""
    kinds = {FocusType.DECIMAL: "DECIMAL(28, 9)", FocusType.TIME: "TIMESTAMPTZ"}
    names = {one.name: kinds.get(one.type, "VARCHAR") for one in focus_columns(asked.version)}
    names |= {one.name: one.type for one in OWN_COLUMNS}
    if days:
        rows = f"SELECT * FROM read_parquet([{', '.join(quoted_text(str(one.file)) for one in days)}])"  # noqa: S608
    else:
        rows = f"SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in names.items())} LIMIT 0"
    if how is FocusFormat.CSV:
        times = [one.name for one in focus_columns(asked.version) if one.type is FocusType.TIME]
        written = ", ".join(f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ') AS {name}" for name in times)
        rows = f"SELECT * REPLACE ({written}) FROM ({rows})"  # noqa: S608 - names of the table
    # Everywhere else a statement says which order matters; here it is that of the files: sorting them would be dear.
    snapshot.rows("SET SESSION preserve_insertion_order = true")
    snapshot.write(rows, _OPTIONS[how], str(file))


def _write(snapshot: View, asked: FocusAsked, day: datetime, file: Path) -> int:
    start, dialect = naive(day), DuckDb()
    snapshot.forget()
    span = {"days": [start], "oldest": start, "newest": start}
    for name, query in focus_stages(asked, start, dialect):
        snapshot.keep(name, query, span | dialect.bound)
    snapshot.write(focus_rows(asked, dialect), _PARQUET, str(file), dialect.bound)
    ((rows,),) = snapshot.rows(f"SELECT count(*) FROM read_parquet({quoted_text(str(file))})")  # noqa: S608 - our own file
    return int(rows)
