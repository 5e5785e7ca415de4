"""
Rows of set files, each with the cluster-window of its file.

Sets do not repeat their cluster and window in every row; their paths say them. An engine that tells which file a row is
from reads all files at once and looks the file up; from one that does not, the files of each cluster-window are read by
themselves and put together. Columns that a file's version does not have are filled with what they hold there, so that
rows of all versions are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from fleetcost.engine.schema import later_columns, set_columns
from fleetcost.engine.session import FilePart, FixedColumn, Session
from fleetcost.errors import FleetcostError
from fleetcost.model.columns import ColumnTable
from fleetcost.model.window import Window
from fleetcost.query.dialect_spark import SparkLiterals

PLACE = "place_cluster AS cluster, place_start AS window_start, place_end AS window_end, place_currency AS currency"
"""How a row's place is read; these columns stand beside those of its file."""

PLACE_OF_BILL = "place_cluster AS integration, place_start AS window_start, place_end AS window_end"
"""The same for rows of bills, which have currencies of their own."""

_PATH = ".*/((?:federated|cloudcosts|fleetcost/lake/scratch)/.*)$"
"""What of an address is the path in the bucket."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """
    A set file.

    Attributes:
        cluster: whose set it is; of a bill its integration
        window: of the set
        currency: of its costs; empty where rows have their own
        path: in the bucket
        version: of its format
    """

    cluster: str
    window: Window
    currency: str
    path: str
    version: int


def name_rows(
    session: Session, name: str, table: ColumnTable, root: str, files: Sequence[SourceFile], *, tells_files: bool
) -> None:
    """
    Let statements read the rows of set files under a name, in the newest columns, beside the columns of `PLACE`.

    Args:
        session: the conversation
        name: of the rows
        table: the columns of sets
        root: the bucket's address as the engine knows it
        files: at least one; all of one kind, of any version
        tells_files: see `tells_files`
    """
    if tells_files:
        _by_lookup(session, name, table, root, files)
    else:
        _one_by_one(session, name, table, root, files)


def tells_files(session: Session, address: str) -> bool:
    """Tell whether an engine says which file a row is from."""
    try:
        session.rows(f"SELECT _metadata.file_path FROM parquet.`{address}` LIMIT 1")  # noqa: S608 - an address of ours
    except FleetcostError:
        return False
    return True


def _by_lookup(session: Session, name: str, table: ColumnTable, root: str, files: Sequence[SourceFile]) -> None:
    rows, places = f"{name}_files", f"{name}_places"
    file_of_row = FixedColumn("row_file", "_metadata.file_path")
    versions = sorted({file.version for file in files})
    of_version = {version: [file for file in files if file.version == version] for version in versions}
    session.name_parts(
        rows, [_part(table, root, chosen, version, file_of_row) for version, chosen in of_version.items()]
    )
    values = [(file.path, file.cluster, *_times(file), file.currency) for file in files]
    session.name_values(places, _TYPED, values)
    session.view(
        name,
        f"SELECT r.*, p.* FROM {rows} AS r "  # noqa: S608 - names of ours
        f"JOIN {places} AS p ON p.place_path = regexp_extract(r.row_file, '{_PATH}', 1)",
    )


_TYPED = (
    "place_path STRING, place_cluster STRING, place_start TIMESTAMP_NTZ, place_end TIMESTAMP_NTZ, place_currency STRING"
)


def _one_by_one(session: Session, name: str, table: ColumnTable, root: str, files: Sequence[SourceFile]) -> None:
    parts, dialect = [], SparkLiterals()
    for (cluster, window, currency, version), chosen in groupby(sorted(files, key=_place), key=_place):
        place = (
            FixedColumn("place_cluster", dialect.text(cluster)),
            FixedColumn("place_start", dialect.time(window.start)),
            FixedColumn("place_end", dialect.time(window.end)),
            FixedColumn("place_currency", dialect.text(currency)),
        )
        parts.append(_part(table, root, list(chosen), version, *place))
    session.name_parts(name, parts)


def _place(file: SourceFile) -> tuple[str, Window, str, int]:
    return file.cluster, file.window, file.currency, file.version


def _part(table: ColumnTable, root: str, files: Sequence[SourceFile], version: int, *more: FixedColumn) -> FilePart:
    addresses = [f"{root}/{file.path}" for file in files]
    return FilePart(addresses, set_columns(table, version), (*later_columns(table, version), *more))


def _times(file: SourceFile) -> tuple[datetime, datetime]:
    return file.window.start.replace(tzinfo=None), file.window.end.replace(tzinfo=None)
