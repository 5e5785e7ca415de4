"""Reading bill files with the engine: any form, any number of files, added up by day in bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fleetcost.billing.bill_files import BillFile, columns_of, csv_head, file_sets, relation
from fleetcost.billing.columns import BillColumnKind, Readers, found, literal, quoted
from fleetcost.billing.doubles import refuse_doubles
from fleetcost.billing.fault import first_fault, torn
from fleetcost.billing.forms import Form, form_of, statement
from fleetcost.billing.localised import amount_reader, date_reader
from fleetcost.errors import BillDamagedError
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId
from fleetcost.model.cluster_tags import BEGINNINGS, TAGS, plain_key
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.cloud.cloud_set import BillProvenance, CloudSet, from_rows_file
from fleetcost.tables.scratch import Scratch


def prepare(engine: Scratch) -> None:
    """Make the table in which bills are added up."""
    tags = ", ".join(literal(plain_key(tag)) for tag in TAGS)
    beginnings = " OR ".join(f"starts_with(name, {literal(plain_key(one))})" for one in BEGINNINGS)
    engine.execute(statement("prepare").replace("{tags}", tags).replace("{beginnings}", beginnings))


def collect(engine: Scratch, files: Sequence[BillFile], until: datetime) -> None:
    """
    Add up the rows of bill files, and place what lies elsewhere than on the day it was charged.

    Args:
        engine: where the table is
        files: of one integration
        until: the day after the last one that has begun

    Raises:
        BillDamagedError: columns of no form, an amount or date that cannot be read, or the same charges in two sets of
            files; names the files.
    """
    set_of = file_sets(files)
    sets = list(dict.fromkeys(set_of.values()))
    for types, alike in _alike(engine, files, set_of):
        _add(engine, types, alike, sets.index(set_of[alike[0].path]))
    refuse_doubles(engine, sets)
    for name in ("spread_periods", "spread_fees", "follow_negations"):
        engine.execute(statement(name), {"until": until.replace(tzinfo=None)} if name == "spread_periods" else None)


def _add(engine: Scratch, types: Mapping[str, str], alike: Sequence[BillFile], source: int) -> None:
    names = alike[0].name + (f" and {len(alike) - 1} more" if len(alike) > 1 else "")
    form = form_of(list(types), names)
    rows = relation(alike, types)
    readers = _localised(engine, form, types, rows, names)
    parts = {
        "rows": form.rows(types, rows, names, readers), "labels": form.labels(types), "source": str(source),
        "form": form.name, "kept": _kept(alike[0].without),
    }  # fmt: skip
    sql = statement("collect")
    for part, text in parts.items():
        sql = sql.replace(f"{{{part}}}", text)
    try:
        engine.execute(sql, about=f"the bill {names}")
    except BillDamagedError as error:
        said = torn(error, names) or first_fault(engine, form, types, readers, alike)
        raise said or error from error


def _kept(without: Sequence[Window]) -> str:
    begins = [f"""("start" >= {_moment(one.start)} AND "start" < {_moment(one.end)})""" for one in without]
    return f"NOT ({' OR '.join(begins)})" if begins else "true"


def _moment(instant: datetime) -> str:
    return f"TIMESTAMP '{instant:%Y-%m-%d %H:%M:%S}'"


def days(engine: Scratch) -> dict[datetime, int]:
    """Return the days that were collected, oldest first, each with the number of rows of the bills."""
    return {day.replace(tzinfo=UTC): rows for day, rows in engine.rows(statement("days"))}


def day_set(engine: Scratch, integration: IntegrationId, day: datetime, provenance: BillProvenance) -> CloudSet:
    """Return one collected day as a cloud cost set."""
    file = engine.folder / f"{day:%Y%m%d}.parquet"
    written = statement("write_day").replace("{file}", str(file).replace("'", "''"))
    engine.execute(written, {"day": day.replace(tzinfo=None)})
    made = from_rows_file(CloudSetKey(integration, Resolution.DAY.window_of(day)), file, provenance)
    file.unlink()
    return made


def _alike(
    engine: Scratch, files: Sequence[BillFile], set_of: Mapping[Path, str]
) -> Iterator[tuple[Mapping[str, str], list[BillFile]]]:
    """Group files of one set by their columns, so that each group is read at once."""
    groups: dict[tuple[object, ...], list[BillFile]] = defaultdict(list)
    types = {file.path: columns_of(engine, file) for file in files}
    for file in files:
        head = csv_head(file).options if file.ending.startswith(".csv") else ""
        groups[set_of[file.path], file.without, file.ending, head, tuple(types[file.path].items())].append(file)
    for alike in groups.values():
        yield types[alike[0].path], alike


def _localised(engine: Scratch, form: Form, types: Mapping[str, str], rows: str, name: str) -> Readers | None:
    """Find out how a bill writes numbers and dates, where its provider writes them in the customer's language."""
    if form.name != "azure" or set(types.values()) != {"VARCHAR"}:
        return None
    known = found(list(types))

    def distinct(kind: BillColumnKind) -> list[str]:
        header = next(
            known[one] for column in form.columns if column.kind is kind for one in column.spellings if one in known
        )
        query = f"SELECT DISTINCT trim({quoted(header)}) FROM {rows}"
        return [str(value) for (value,) in engine.rows(query, about=f"the bill {name}") if value]

    return {
        BillColumnKind.AMOUNT: amount_reader(distinct(BillColumnKind.AMOUNT), name),
        BillColumnKind.TIME: date_reader(distinct(BillColumnKind.TIME), name),
    }
