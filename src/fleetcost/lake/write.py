"""Writing the lake: files first, then the manifest, then what nobody needs any more is removed."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.lake.manifest import (
    FOLDER,
    FORMAT,
    MANIFEST,
    Found,
    LakeColumn,
    LakeFile,
    LakeTable,
    Manifest,
    encode,
    read,
    window_mark,
)
from fleetcost.lake.plan import LakePlan, plan
from fleetcost.model.window import Resolution, Window
from fleetcost.ops import log, metrics
from fleetcost.tables.database import Database, Snapshot
from fleetcost.tables.lake import WHOLE, Exported, columns, export_whole, export_window, mark_of, states, tables_of

GLANCE_SECONDS = 2.0
"""How often the loop looks whether a pass has ended."""

GRACE = timedelta(hours=1)
"""How long a file that is no longer in the manifest stays for readers that began before."""

_log = log.get("lake")


@dataclass(frozen=True, slots=True)
class Written:
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
    """

    def __init__(self, database: Database, bucket: Bucket, folder: Path, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._bucket = bucket
        self._folder = folder
        self._clock = clock

    def write(self) -> Written:
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
                return Written(version=found.manifest.version if found else 0)
            with tempfile.TemporaryDirectory(prefix="lake-", dir=self._folder) as folder:
                manifest, put = self._written(snapshot, todo, _manifest(found), Path(folder))
        self._commit(manifest, found)
        removed = self._remove_unused(manifest)
        size = sum(file.size_bytes for file in put)
        _log.info("lake", version=manifest.version, files=len(put), bytes=size, removed=removed)
        return Written(len(put), size, removed, manifest.version)

    def run(self, stop: threading.Event, passes: Callable[[], int]) -> None:
        """Write after each pass until told to stop; what goes wrong is said, counted and tried again after the next."""
        done = 0
        while not stop.wait(GLANCE_SECONDS):
            if (now := passes()) == done:
                continue
            done = now
            try:
                self.write()
                metrics.LAKE_WRITES.labels("done").inc()
            except Exception as error:  # noqa: BLE001 - a loop goes on
                metrics.LAKE_WRITES.labels("failed").inc()
                _log.error("lake not written", error=str(error), kind=type(error).__name__)

    def _written(
        self, snapshot: Snapshot, todo: LakePlan, before: Manifest | None, folder: Path
    ) -> tuple[Manifest, list[LakeFile]]:
        put: dict[str, list[LakeFile]] = {}
        for state in todo.windows:
            for table in tables_of(state.resolution):
                put.setdefault(table, []).extend(self._put_window(snapshot, table, state.window, folder))
        for table in todo.whole:
            put[table] = [self._put(table, made, None) for made in export_whole(snapshot, table, folder)]
        return self._manifest_of(snapshot, todo, before, put), [file for files in put.values() for file in files]

    def _put_window(self, snapshot: Snapshot, table: str, window: Window, folder: Path) -> Iterator[LakeFile]:
        for made in export_window(snapshot, table, window, folder):
            yield self._put(table, made, window)

    def _put(self, table: str, made: Exported, window: Window | None) -> LakeFile:
        content = made.file.read_bytes()
        made.file.unlink()
        digest = hashlib.blake2b(content, digest_size=12).hexdigest()
        within = f"{window.start:%Y-%m-%dT%H}/" if window else ""
        path = f"{FOLDER}/{table}/{within}{digest}.parquet"
        self._bucket.put(path, content)
        start, end = (window.start, window.end) if window else (None, None)
        return LakeFile(path, len(content), made.rows, start, end)

    def _manifest_of(
        self, snapshot: Snapshot, todo: LakePlan, before: Manifest | None, put: dict[str, list[LakeFile]]
    ) -> Manifest:
        replaced = todo.gone | {window_mark(state.resolution, state.window) for state in todo.windows}
        marks = {key: mark for key, mark in (before.marks if before else {}).items() if key not in replaced}
        marks |= {window_mark(state.resolution, state.window): state.mark for state in todo.windows}
        marks |= {name: mark_of(snapshot, name) for name in todo.whole}
        tables = {}
        for name, resolution in _names():
            kept = before.tables[name].files if before and name in before.tables else ()
            if resolution is None:
                files = tuple(put[name]) if name in put else kept
            else:
                stays = (file for file in kept if _mark(resolution, file) not in replaced)
                files = (*stays, *put.get(name, ()))
            every = sorted(files, key=lambda file: file.path)
            shape = tuple(LakeColumn(column.name, column.type) for column in columns(snapshot, name))
            tables[name] = LakeTable(shape, tuple(every))
        return Manifest(FORMAT, (before.version if before else 0) + 1, self._clock(), tables, marks)

    def _commit(self, manifest: Manifest, found: Found | None) -> None:
        if found is None:
            self._bucket.put(MANIFEST, encode(manifest), create=True)
        else:
            self._bucket.put(MANIFEST, encode(manifest), if_etag=found.etag)
        for name, table in manifest.tables.items():
            lines = "".join(f"{self._bucket.name}/{file.path}\n" for file in table.files)
            self._bucket.put(f"{FOLDER}/files/{name}.txt", lines.encode())

    def _remove_unused(self, manifest: Manifest) -> int:
        kept = manifest.paths
        unused = [
            one.path
            for one in self._bucket.list(FOLDER)
            if one.path.endswith(".parquet") and one.path not in kept and one.modified < self._clock() - GRACE
        ]
        for path in unused:
            self._bucket.delete(path)
        return len(unused)


def _manifest(found: Found | None) -> Manifest | None:
    return found.manifest if found else None


def _names() -> list[tuple[str, Resolution | None]]:
    windowed: list[tuple[str, Resolution | None]] = [
        (name, resolution) for resolution in Resolution for name in tables_of(resolution)
    ]
    return [*windowed, *((name, None) for name in WHOLE)]


def _mark(resolution: Resolution, file: LakeFile) -> str:
    if file.start is None or file.end is None:
        return ""
    return window_mark(resolution, Window(file.start, file.end))
