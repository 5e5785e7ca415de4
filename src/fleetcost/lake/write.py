"""Writing the lake: files first, then the manifest, then what nobody needs any more is removed."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.lake.manifest import FOLDER, FoundManifest, LakeColumn, LakeFile, Manifest, read, window_mark
from fleetcost.lake.plan import LakePlan, plan
from fleetcost.lake.publish import LakeChange, Shapes, changed, commit, remove_unused
from fleetcost.model.window import Resolution, Window
from fleetcost.ops import log, metrics
from fleetcost.ops.passes import after_each_pass
from fleetcost.tables.database import Database, EngineLimits, Snapshot, open_database
from fleetcost.tables.lake import WHOLE, Exported, columns, export_whole, export_window, mark_of, states, tables_of

_SMALL = EngineLimits(memory_bytes=1 << 27, threads=1)
_log = log.get("lake")


@dataclass(frozen=True, slots=True)
class LakeWrite:
    """What a write did: files and bytes written, files removed, the version that is there now."""

    files: int = 0
    size_bytes: int = 0
    removed: int = 0
    version: int = 0


class LakeWriter:
    """
    Keeps the lake equal to the tables.

    Args:
        database: the tables; they are only read
        bucket: where the lake is
        folder: for files on their way
        clock: gives the time
        pinned: gives files that stay although nothing of the tables is in them any more
    """

    def __init__(
        self,
        database: Database,
        bucket: Bucket,
        folder: Path,
        clock: Callable[[], datetime],
        pinned: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        self._pinned = pinned
        self._database = database
        self._bucket = bucket
        self._folder = folder
        self._clock = clock

    def write(self) -> LakeWrite:
        """
        Write what has changed.

        Raises:
            ConditionFailedError: somebody else wrote the manifest meanwhile; nothing of ours is seen by anybody.
            StoreError, StoreRefusedError: the store did not answer, or refused.
            DamagedError: the manifest that is there cannot be read.
        """
        found = read(self._bucket)
        with self._database.snapshot() as snapshot:
            todo = plan(states(snapshot), {name: mark_of(snapshot, name) for name in WHOLE}, _manifest(found))
            if todo.empty:
                return LakeWrite(version=found.manifest.version if found else 0)
            with tempfile.TemporaryDirectory(prefix="lake-", dir=self._folder) as folder:
                change = self._change(snapshot, todo, Path(folder))
            manifest = changed(_manifest(found), change, shapes_of(snapshot), self._clock())
        commit(self._bucket, manifest, found)
        removed = remove_unused(self._bucket, manifest, self._clock(), self._pinned)
        put = [file for files in change.files.values() for file in files]
        size = sum(file.size_bytes for file in put)
        _log.info("lake", version=manifest.version, files=len(put), bytes=size, removed=removed)
        return LakeWrite(len(put), size, removed, manifest.version)

    def run(self, stop: threading.Event, passes: Callable[[], int]) -> None:
        """Write after each pass until asked to stop; see `after_each_pass`."""
        after_each_pass(stop, passes, self.write, metrics.LAKE_WRITES, _log, "lake not written")

    def _change(self, snapshot: Snapshot, todo: LakePlan, folder: Path) -> LakeChange:
        files: dict[str, list[LakeFile]] = {}
        for state in todo.windows:
            for table in tables_of(state.resolution):
                made = export_window(snapshot, table, state.window, folder)
                files.setdefault(table, []).extend(put_file(self._bucket, table, one, state.window) for one in made)
        for table in todo.whole:
            files[table] = put_whole(self._bucket, snapshot, table, folder)
        return LakeChange(
            windows={window_mark(state.resolution, state.window): state.mark for state in todo.windows},
            gone=todo.gone,
            whole={name: mark_of(snapshot, name) for name in todo.whole},
            files=files,
        )


def shapes_of(snapshot: Snapshot) -> Shapes:
    """Return the columns of every table of the lake."""
    names = (*(name for resolution in Resolution for name in tables_of(resolution)), *WHOLE)
    return {name: [LakeColumn(column.name, column.type) for column in columns(snapshot, name)] for name in names}


@cache
def newest_shapes() -> Shapes:
    """Return the columns of every table of the lake as this build makes it, whatever any database holds."""
    with tempfile.TemporaryDirectory(prefix="shapes-") as folder:
        database = open_database(Path(folder) / "empty.duckdb", _SMALL, datetime.min.replace(tzinfo=UTC))
        try:
            with database.snapshot() as snapshot:
                return shapes_of(snapshot)
        finally:
            database.close()


def put_whole(bucket: Bucket, snapshot: Snapshot, table: str, folder: Path) -> list[LakeFile]:
    """Write a table as a whole into the bucket; nobody sees it before a manifest names it."""
    return [put_file(bucket, table, made, None) for made in export_whole(snapshot, table, folder)]


def put_file(bucket: Bucket, table: str, made: Exported, window: Window | None) -> LakeFile:
    """Put one file into the bucket, named by its content."""
    content = made.file.read_bytes()
    made.file.unlink()
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    within = f"{window.start:%Y-%m-%dT%H}/" if window else ""
    path = f"{FOLDER}/{table}/{within}{digest}.parquet"
    bucket.put(path, content)
    start, end = (window.start, window.end) if window else (None, None)
    return LakeFile(path, len(content), made.rows, start, end)


def _manifest(found: FoundManifest | None) -> Manifest | None:
    return found.manifest if found else None
