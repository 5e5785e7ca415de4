"""One state of the lake after another: the manifest of a change, its writing, and the removal of what nobody needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fleetcost.bucket.port import Bucket
from fleetcost.lake.manifest import (
    FOLDER,
    FORMAT,
    MANIFEST,
    FoundManifest,
    LakeColumn,
    LakeFile,
    LakeTable,
    Manifest,
    encode,
    window_mark,
)
from fleetcost.model.window import Resolution, Window
from fleetcost.tables.lake import WHOLE, tables_of

GRACE = timedelta(hours=1)
"""How long a file that is no longer in the manifest stays for readers that began before."""

Shapes = Mapping[str, Sequence[LakeColumn]]
"""The columns of each table."""


@dataclass(frozen=True, slots=True)
class LakeChange:
    """
    What is new.

    Attributes:
        windows: marks of windows that were made again, by their keys
        gone: keys of windows that are no longer there
        whole: marks of tables that were written as a whole, by name
        files: the new files of each table
    """

    windows: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    whole: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[LakeFile]] = field(default_factory=dict)


def changed(before: Manifest | None, change: LakeChange, shapes: Shapes, now: datetime) -> Manifest:
    """Return the manifest after a change; pure."""
    replaced = change.gone | frozenset(change.windows)
    marks = {key: mark for key, mark in (before.marks if before else {}).items() if key not in replaced}
    tables = {}
    for name, resolution in _names():
        kept = before.tables[name].files if before and name in before.tables else ()
        new = tuple(change.files.get(name, ()))
        if resolution is None:
            files = new if name in change.whole else kept
        else:
            files = (*(file for file in kept if _mark(resolution, file) not in replaced), *new)
        tables[name] = LakeTable(tuple(shapes[name]), tuple(sorted(files, key=lambda file: file.path)))
    version = (before.version if before else 0) + 1
    return Manifest(FORMAT, version, now, tables, {**marks, **change.windows, **change.whole})


def commit(bucket: Bucket, manifest: Manifest, found: FoundManifest | None) -> FoundManifest:
    """
    Write a manifest in the place of the one that was found.

    Raises:
        ConditionFailedError: somebody else wrote one meanwhile; nothing of ours is seen by anybody.
        StoreError, StoreRefusedError: the store did not answer, or refused.
    """
    content = encode(manifest)
    if found is None:
        about = bucket.put(MANIFEST, content, create=True)
    else:
        about = bucket.put(MANIFEST, content, if_etag=found.etag)
    for name, table in manifest.tables.items():
        lines = "".join(f"{bucket.name}/{file.path}\n" for file in table.files)
        bucket.put(f"{FOLDER}/files/{name}.txt", lines.encode())
    return FoundManifest(manifest, about.etag)


def remove_unused(
    bucket: Bucket, manifest: Manifest, now: datetime, pinned: Callable[[], Collection[str]] = frozenset
) -> int:
    """
    Remove files that are in no manifest any more, after the grace; return how many.

    Args:
        bucket: where the lake is
        manifest: the newest
        now: the clock's reading
        pinned: gives files that stay although no manifest names them

    Raises:
        DamagedError: nobody knows what stays; nothing was removed.
        StoreError, StoreRefusedError: the store did not answer, or refused.
    """
    kept = manifest.paths
    unused = [
        one.path
        for one in bucket.list(FOLDER)
        if one.path.endswith(".parquet") and one.path not in kept and one.modified < now - GRACE
    ]
    kept = frozenset(pinned()) if unused else frozenset()
    unused = [path for path in unused if path not in kept]
    for path in unused:
        bucket.delete(path)
    return len(unused)


def _names() -> list[tuple[str, Resolution | None]]:
    windowed: list[tuple[str, Resolution | None]] = [
        (name, resolution) for resolution in Resolution for name in tables_of(resolution)
    ]
    return [*windowed, *((name, None) for name in WHOLE)]


def _mark(resolution: Resolution, file: LakeFile) -> str:
    if file.start is None or file.end is None:
        return ""
    return window_mark(resolution, Window(file.start, file.end))
