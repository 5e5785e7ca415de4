"""Files of bills on the local disk, as the engine reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleetcost.billing.columns import literal, quoted
from fleetcost.errors import BillDamagedError
from fleetcost.model.window import Window
from fleetcost.tables.scratch import Scratch

# CSV has no NULL: databases unload it as the text NULL, and the FOCUS Foundation publishes it so.
_CSV = (
    "read_csv({files}, all_varchar = true, header = true, union_by_name = true, quote = '\"', escape = '\"', "
    "nullstr = ['', 'NULL'])"
)
_PARQUET = "read_parquet({files}, union_by_name = true, hive_partitioning = false)"
# Formats are given so that no other text becomes a date: some on the engine's own list guess which number is the day.
_JSON = (
    "read_json({files}, format = 'newline_delimited', union_by_name = true, sample_size = -1, "
    "dateformat = '%Y-%m-%d', timestampformat = '%Y-%m-%dT%H:%M:%SZ')"
)
_READERS = {
    ".csv": _CSV, ".csv.gz": _CSV, ".parquet": _PARQUET, ".json": _JSON, ".jsonl": _JSON, ".ndjson": _JSON,
    ".json.gz": _JSON, ".jsonl.gz": _JSON, ".ndjson.gz": _JSON,
}  # fmt: skip
READABLE = tuple(_READERS)
"""Endings of the files that are read as bills."""

_PART = re.compile(r"-\d{5}(?=\.)|part[-_]\d+(?:[-_]\d+)?")


@dataclass(frozen=True, slots=True)
class BillFile:
    """
    A file of a bill.

    Attributes:
        path: on the local disk
        name: what it is called where it came from
        belongs_to: the set of files that one run of an export has written; empty where the name says it
        without: days whose rows do not count, because a newer run of the same export has them
    """

    path: Path
    name: str
    belongs_to: str = ""
    without: tuple[Window, ...] = ()

    @property
    def file_set(self) -> str:
        """What the files of one run have in common: their name without the number of the part."""
        return self.belongs_to or plain_run(self.name)

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


def plain_run(name: str) -> str:
    """Return a file's name without what numbers the parts of one run."""
    return _PART.sub("", name)


def relation(files: Sequence[BillFile], types: Mapping[str, str] | None = None) -> str:
    """
    Return what reads files of one ending, in SQL.

    Args:
        files: of one ending
        types: their headers and types; with them a text NULL, which a database unloaded before somebody made Parquet or
            JSON of it, is none, as it is in CSV
    """
    names = "[" + ", ".join(literal(str(file.path)) for file in files) + "]"
    plain = _READERS[files[0].ending].replace("{files}", names)
    texts = [quoted(name) for name, kind in (types or {}).items() if kind == "VARCHAR"]
    if not texts or files[0].ending.startswith(".csv"):
        return plain
    read = ", ".join(f"NULLIF({name}, 'NULL') AS {name}" for name in texts)
    return f"(SELECT * REPLACE ({read}) FROM {plain})"


def columns_of(engine: Scratch, file: BillFile) -> Mapping[str, str]:
    """
    Return a file's headers and their types.

    Raises:
        BillDamagedError: it cannot be decoded.
    """
    described = engine.rows(f"DESCRIBE SELECT * FROM {relation([file])}", about=f"the bill {file.name}")
    return {str(name): str(kind) for name, kind, *_ in described}
