"""Reading bill files with the engine: any form, any number of files, added up by day in bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fleetcost.billing.columns import Kind, found, literal, quoted
from fleetcost.billing.forms import Form, Readers, form_of, statement
from fleetcost.billing.localised import amount_reader, date_reader
from fleetcost.errors import BillDamagedError
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId
from fleetcost.model.window import Resolution
from fleetcost.sets.cloud.cloud_set import BillProvenance, CloudSet, from_rows_file
from fleetcost.tables.scratch import Scratch

_CSV = "read_csv({files}, all_varchar = true, header = true, union_by_name = true, quote = '\"', escape = '\"')"
_PARQUET = "read_parquet({files}, union_by_name = true, hive_partitioning = false)"
_JSON = "read_json({files}, format = 'newline_delimited', union_by_name = true, sample_size = -1)"
_READERS = {
    ".csv": _CSV, ".csv.gz": _CSV, ".parquet": _PARQUET, ".json": _JSON, ".jsonl": _JSON, ".ndjson": _JSON,
    ".json.gz": _JSON, ".jsonl.gz": _JSON, ".ndjson.gz": _JSON,
}  # fmt: skip
READABLE = tuple(_READERS)
"""Endings of the files that are read as bills."""


@dataclass(frozen=True, slots=True)
class BillFile:
    """A file of a bill on the local disk, and what it is called where it came from."""

    path: Path
    name: str


def prepare(engine: Scratch) -> None:
    """Make the table in which bills are added up."""
    engine.execute(statement("prepare"))


def collect(engine: Scratch, files: Sequence[BillFile]) -> None:
    """
    Add the rows of bill files to those that are there.

    Raises:
        BillDamagedError: columns of no form, or an amount or date that cannot be read; names the file.
    """
    for types, alike in _alike(engine, files):
        names = alike[0].name + (f" and {len(alike) - 1} more" if len(alike) > 1 else "")
        form = form_of(list(types), names)
        relation = _relation(alike)
        readers = _localised(engine, form, types, relation, names)
        rows = form.rows(types, relation, readers)
        engine.execute(
            statement("collect").replace("{rows}", rows).replace("{labels}", form.labels(types)),
            about=f"the {form.provider} bill {names}",
        )


def days(engine: Scratch) -> dict[datetime, int]:
    """
    Return the days that were collected, oldest first, each with the number of rows of the bills.

    Raises:
        BillDamagedError: rows without a date: they cannot be placed, and are not left out.
    """
    collected = engine.rows(statement("days"))
    undated = sum(rows for day, rows in collected if day is None)
    if undated:
        raise BillDamagedError(f"read bills: {undated} rows have no date, so no day's costs can be trusted")
    return {day.replace(tzinfo=UTC): rows for day, rows in collected}


def day_set(engine: Scratch, integration: IntegrationId, day: datetime, provenance: BillProvenance) -> CloudSet:
    """Return one collected day as a cloud cost set."""
    file = engine.folder / f"{day:%Y%m%d}.parquet"
    written = statement("write_day").replace("{file}", str(file).replace("'", "''"))
    engine.execute(written, {"day": day.replace(tzinfo=None)})
    made = from_rows_file(CloudSetKey(integration, Resolution.DAY.window_of(day)), file, provenance)
    file.unlink()
    return made


def _alike(engine: Scratch, files: Sequence[BillFile]) -> Iterator[tuple[Mapping[str, str], list[BillFile]]]:
    """Group files by their columns, so that each group is read at once."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[BillFile]] = defaultdict(list)
    for file in files:
        types = _types(engine, file)
        groups[_ending(file), tuple(types.items())].append(file)
    for (_, columns), alike in groups.items():
        yield dict(columns), alike


def _types(engine: Scratch, file: BillFile) -> dict[str, str]:
    described = engine.rows(f"DESCRIBE SELECT * FROM {_relation([file])}", about=f"the bill {file.name}")
    return {str(name): str(kind) for name, kind, *_ in described}


def _relation(files: Sequence[BillFile]) -> str:
    names = "[" + ", ".join(literal(str(file.path)) for file in files) + "]"
    return _READERS[_ending(files[0])].replace("{files}", names)


def _ending(file: BillFile) -> str:
    name = file.path.name.lower()
    for ending in READABLE:
        if name.endswith(ending):
            return ending
    raise BillDamagedError(f"read the bill {file.name}: accepted are files ending in {', '.join(READABLE)}")


def _localised(engine: Scratch, form: Form, types: Mapping[str, str], relation: str, name: str) -> Readers | None:
    """Find out how a bill writes numbers and dates, where its provider writes them in the customer's language."""
    if form.name != "azure" or set(types.values()) != {"VARCHAR"}:
        return None
    known = found(list(types))

    def distinct(kind: Kind) -> list[str]:
        header = next(
            known[one] for column in form.columns if column.kind is kind for one in column.spellings if one in known
        )
        query = f"SELECT DISTINCT trim({quoted(header)}) FROM {relation}"
        return [str(value) for (value,) in engine.rows(query, about=f"the bill {name}") if value]

    return {
        Kind.AMOUNT: amount_reader(distinct(Kind.AMOUNT), name),
        Kind.TIME: date_reader(distinct(Kind.TIME), name),
    }
