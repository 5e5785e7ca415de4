"""Files of bills on the local disk, as the engine reads them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fleetcost.billing.columns import ABSENT, literal, quoted
from fleetcost.errors import BillDamagedError
from fleetcost.model.window import Window
from fleetcost.tables.scratch import Scratch

_NONE = ", ".join(map(literal, ABSENT))
# The engine's own look at a file takes one with a short row for a file of one column, so signs and names are given.
_CSV = (
    "read_csv({files}, auto_detect = false, header = true, quote = '\"', escape = '\"', "
    f"nullstr = [{_NONE}], {{head}})"
)
_PARQUET = "read_parquet({files}, union_by_name = true, hive_partitioning = false)"
# Formats are given so that no other text becomes a date: some on the engine's own list guess which number is the day.
_JSON = (
    "read_json({files}, format = 'auto', union_by_name = true, sample_size = -1, "
    "dateformat = '%Y-%m-%d', timestampformat = '%Y-%m-%dT%H:%M:%SZ')"
)
_READERS = {
    ".csv": _CSV, ".csv.gz": _CSV, ".parquet": _PARQUET, ".json": _JSON, ".jsonl": _JSON, ".ndjson": _JSON,
    ".json.gz": _JSON, ".jsonl.gz": _JSON, ".ndjson.gz": _JSON,
}  # fmt: skip
READABLE = tuple(_READERS)
"""Endings of the files that are read as bills."""

_SIGNS = ",;\t|"
_MOST_ABOVE = 5
_LONGEST_HEADER = 60
_LONGEST_LINE = 1 << 20
_PART = re.compile(r"-\d{5}(?=\.)|part[-_]\d+(?:[-_]\d+)?")
_NUMBER = re.compile(r"-(\d{5})(?=\.)")


@dataclass(frozen=True, slots=True)
class CsvHead:
    """
    How a CSV file begins.

    Attributes:
        above: lines above the headers, such as a title
        sign: what stands between values
        headers: each once
    """

    above: int
    sign: str
    headers: tuple[str, ...]

    @property
    def options(self) -> str:
        """What the engine is to know of it."""
        names = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in self.headers)
        return f"skip = {self.above}, delim = {literal(self.sign)}, columns = {{{names}}}"


@dataclass(frozen=True, slots=True)
class BillFile:
    """
    A file of a bill.

    Attributes:
        path: on the local disk
        name: what it is called where it came from
        belongs_to: the export that has written it, a folder; empty where nothing but the name says it
        without: days whose rows do not count, because a newer run of the same export has them
    """

    path: Path
    name: str
    belongs_to: str = ""
    without: tuple[Window, ...] = ()

    @property
    def ending(self) -> str:
        """
        Which of the readable endings it has.

        Raises:
            BillDamagedError: none.
        """
        name = self.path.name.lower()
        for ending in READABLE:
            if name.endswith(ending):
                return ending
        raise BillDamagedError(f"read the bill {self.name}: accepted are files ending in {', '.join(READABLE)}")


@contextmanager
def opened(file: BillFile) -> Iterator[io.TextIOBase]:
    """
    Open a file of text, packed or not.

    Raises:
        BillDamagedError: it cannot be unpacked.
    """
    unpack = gzip.open if file.ending.endswith(".gz") else open
    try:
        with unpack(file.path, "rt", encoding="utf-8-sig", errors="replace", newline="") as text:
            yield text
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BillDamagedError(f"read the bill {file.name}: it is no whole gzip file; bring it again") from error


def csv_head(file: BillFile) -> CsvHead:
    """Return how a CSV file begins: its headers are the first line of more than one value."""
    with opened(file) as text:
        lines = [text.readline(_LONGEST_LINE) for _ in range(_MOST_ABOVE)]
    for above, line in enumerate(lines):
        sign = max(_SIGNS, key=line.count)
        try:
            names = next(csv.reader([line], delimiter=sign), [])
        except csv.Error:  # one value is longer than any header
            names = []
        if len(names) > 1:
            return CsvHead(above, sign, _each_once(names))
    return CsvHead(0, ",", (lines[0].strip()[:_LONGEST_HEADER] or "nothing",))


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    """Return headers of which none is empty and none, in whatever case, is there twice."""
    made: dict[str, str] = {}
    for number, name in enumerate(names):
        own = name or f"column {number}"
        made[f"{own} {number}".lower() if own.lower() in made else own.lower()] = (
            f"{own} {number}" if own.lower() in made else own
        )
    return tuple(made.values())


def file_sets(files: Sequence[BillFile]) -> dict[Path, str]:
    """
    Return for each file the name of the set it is of: what one run of an export has written.

    Files whose names differ in the number of a part alone are one set. Five figures at the end are such a number where
    they count from 0 or 1; otherwise they may be the days of snapshots.
    """
    runs: dict[str, list[BillFile]] = defaultdict(list)
    for file in files:
        runs[file.belongs_to or _PART.sub("", file.name)].append(file)
    return {
        file.path: file.belongs_to or (run[0].name if _counted(run) else file.name)
        for run in runs.values()
        for file in run
    }


def _counted(run: Sequence[BillFile]) -> bool:
    numbers = sorted(int(match[1]) for file in run if (match := _NUMBER.search(file.name)))
    return len(numbers) < len(run) or (numbers[0] < 2 and numbers[-1] - numbers[0] < len(run))  # noqa: PLR2004 - 0 or 1


def relation(files: Sequence[BillFile], types: Mapping[str, str] | None = None) -> str:
    """
    Return what reads files of one ending, in SQL.

    Args:
        files: of one ending
        types: their headers and types; with them a text such as NULL, which a database unloaded before somebody made
            Parquet or JSON of it, is none, as it is in CSV
    """
    names = "[" + ", ".join(literal(str(file.path)) for file in files) + "]"
    plain = _READERS[files[0].ending].replace("{files}", names)
    if files[0].ending.startswith(".csv"):
        return plain.replace("{head}", csv_head(files[0]).options)
    texts = [quoted(name) for name, kind in (types or {}).items() if kind == "VARCHAR"]
    if not texts:
        return plain
    read = ", ".join(f"CASE WHEN {name} NOT IN ({_NONE}) THEN {name} END AS {name}" for name in texts)
    return f"(SELECT * REPLACE ({read}) FROM {plain})"


def columns_of(engine: Scratch, file: BillFile) -> Mapping[str, str]:
    """
    Return a file's headers and their types.

    Raises:
        BillDamagedError: it cannot be decoded.
    """
    if file.ending.startswith(".csv"):
        return dict.fromkeys(csv_head(file).headers, "VARCHAR")
    described = engine.rows(f"DESCRIBE SELECT * FROM {relation([file])}", about=f"the bill {file.name}")
    return {str(name): str(kind) for name, kind, *_ in described}
