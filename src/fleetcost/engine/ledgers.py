"""
The deriver's ledgers, in a small database that holds no other row.

The lake has them too, as tables: a deriver that begins, or finds that another one has written, takes them from there.
Nothing is lost with the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.ingest.apply import expire_all
from fleetcost.ingest.plan import Retention
from fleetcost.lake.manifest import LakeFile, Manifest
from fleetcost.lake.publish import Shapes
from fleetcost.lake.write import put_whole, shapes_of
from fleetcost.tables.cloud import CloudEntry, read_cloud_ledger, write_cloud_entries
from fleetcost.tables.database import Database, EngineLimits, Snapshot, open_database
from fleetcost.tables.lake import LakeWindow, required, restore, states
from fleetcost.tables.ledger import Entry, ledger_of, read_days, write_entries

FILE = "ledger.duckdb"
"""Its name below the data directory."""

LEDGERS = ("ledger", "cloud_ledger")

MAKER = "engine 1 "
"""Stands in the marks of windows that were derived this way; another version derives them again."""


class Ledgers:
    """
    The ledgers of a lake.

    Args:
        folder: where the file may lie
        bucket: the lake's
        engine: how much of the machine it may use
        now: for the name of a broken file
    """

    def __init__(self, folder: Path, bucket: Bucket, engine: EngineLimits, now: datetime) -> None:
        self._folder = folder
        self._bucket = bucket
        self._database = open_database(folder / FILE, engine, now)
        self._version: int | None = None

    @property
    def database(self) -> Database:
        """The database; only its ledgers have rows."""
        return self._database

    def follow(self, manifest: Manifest | None) -> None:
        """
        Take the ledgers of a manifest, unless these are they.

        Raises:
            StoreError, StoreRefusedError: the store did not answer, or refused.
        """
        version = manifest.version if manifest else 0
        if version == self._version:
            return
        with self._fetched(manifest) as files, self._database.transaction() as writer:
            for table in LEDGERS:
                restore(writer, table, files[table])
        self._version = version

    def doubt(self) -> None:
        """Take the ledgers again next time: what was written here is in no manifest."""
        self._version = None

    def stands(self, version: int) -> None:
        """Note that the ledgers are in a manifest as they are here."""
        self._version = version

    def ledger(self) -> Mapping[str, Entry]:
        """Return every entry by its path."""
        return ledger_of(self._database)

    def of_days(self, days: Iterable[datetime]) -> Sequence[Entry]:
        """Return the entries of the windows of some days."""
        with self._database.snapshot() as snapshot:
            return read_days(snapshot, days)

    def bills(self) -> Mapping[str, CloudEntry]:
        """Return every entry of the ledger of bills by its path."""
        with self._database.snapshot() as snapshot:
            return read_cloud_ledger(snapshot)

    def write(self, entries: Sequence[Entry], bills: Sequence[CloudEntry] = ()) -> None:
        """Put entries in the place of those with the same paths."""
        with self._database.transaction() as writer:
            write_entries(writer, entries)
            write_cloud_entries(writer, bills)

    def expire(self, retention: Retention, now: datetime) -> None:
        """Forget windows that are older than what is kept."""
        with self._database.transaction() as writer:
            expire_all(writer, retention, now)

    def states(self) -> tuple[LakeWindow, ...]:
        """Return every window, each with the mark of what it is made of."""
        with self._database.snapshot() as snapshot:
            return states(snapshot, MAKER)

    def shapes(self) -> Shapes:
        """Return the columns of every table of the lake."""
        with self._database.snapshot() as snapshot:
            return shapes_of(snapshot)

    def required(self, table: str) -> Sequence[str]:
        """Return the columns of a table that have a value in every row."""
        with self._database.snapshot() as snapshot:
            return required(snapshot, table)

    def export(self) -> Mapping[str, Sequence[LakeFile]]:
        """Write the ledgers into the bucket; nobody sees them before a manifest names them."""
        with self._database.snapshot() as snapshot, self._scratch() as folder:
            return {table: self._put(snapshot, table, folder) for table in LEDGERS}

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _put(self, snapshot: Snapshot, table: str, folder: Path) -> Sequence[LakeFile]:
        return put_whole(self._bucket, snapshot, table, folder)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="ledger-", dir=self._folder) as folder:
            yield Path(folder)

    @contextmanager
    def _fetched(self, manifest: Manifest | None) -> Iterator[Mapping[str, Sequence[Path]]]:
        with self._scratch() as folder:
            files = {table: manifest.tables[table].files if manifest else () for table in LEDGERS}
            yield {table: [self._fetch(file, folder) for file in chosen] for table, chosen in files.items()}

    def _fetch(self, file: LakeFile, folder: Path) -> Path:
        target = folder / file.path.rpartition("/")[2]
        target.write_bytes(self._bucket.get(file.path))
        return target
