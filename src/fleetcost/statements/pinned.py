"""The tables as they were when a month was closed, made of the lake's files that its statement pins."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import NotKeptError, ObjectMissingError
from fleetcost.statements.records import StatementHeader
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.lake import load_files

_LIMITS = EngineLimits(memory_bytes=1 << 29, threads=2)


@contextmanager
def pinned_tables(bucket: BucketReader, header: StatementHeader) -> Iterator[Database]:
    """
    Give the tables of a statement's month, for as long as they are needed.

    Raises:
        NotKeptError: no file was pinned, or one of them is gone.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    if not header.inputs.pinned:
        raise NotKeptError(f"statement {header.id} was closed without a lake: only its lines are kept")
    with tempfile.TemporaryDirectory(prefix="as-of-") as folder:
        files = _fetched(bucket, header, Path(folder))
        with closing(open_database(Path(folder) / "tables.duckdb", _LIMITS, header.closed_at)) as database:
            with database.transaction() as writer:
                for table, own in files.items():
                    load_files(writer, table, own)
            yield database


def _fetched(bucket: BucketReader, header: StatementHeader, folder: Path) -> dict[str, list[Path]]:
    files: dict[str, list[Path]] = {}
    for number, one in enumerate(header.inputs.pinned):
        file = folder / f"{number}.parquet"
        try:
            with file.open("wb") as opened:
                opened.writelines(bucket.chunks(one.path))
        except ObjectMissingError:
            raise NotKeptError(
                f"{one.path}, which statement {header.id} needs, is not in the bucket any more"
            ) from None
        files.setdefault(one.table, []).append(file)
    return files
