"""
The manifest: which files make up the tables. It is written last and is the only thing that is ever replaced.

```
fleetcost/lake/manifest.json
fleetcost/lake/<table>/[<start of window>/]<digest>.parquet     never changed; removed some time after it was replaced
fleetcost/lake/files/<table>.txt                                addresses of a table's files, a line each
```
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import DamagedError, ObjectMissingError
from fleetcost.model.window import Window

FOLDER = "fleetcost/lake"
MANIFEST = f"{FOLDER}/manifest.json"
FORMAT = 1


class LakeFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    One file of a table.

    Attributes:
        path: in the bucket
        size_bytes, rows: of the file
        start, end: its window; None of a table that is written as a whole
    """

    path: str
    size_bytes: int
    rows: int
    start: datetime | None = None
    end: datetime | None = None


class LakeColumn(msgspec.Struct, frozen=True):
    """A column: its name and its SQL type, such as `DECIMAL(18,9)` or `MAP(VARCHAR, VARCHAR)`."""

    name: str
    type: str


class LakeTable(msgspec.Struct, frozen=True):
    """A table: its columns and every file of it."""

    columns: tuple[LakeColumn, ...]
    files: tuple[LakeFile, ...] = ()


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """
    One state of all tables.

    Attributes:
        format: of this layout
        version: one more with each state
        written_at: when
        tables: by name, such as `container_1d`
        marks: what each part was made of: by `<resolution> <start of window>` or table
    """

    format: int
    version: int
    written_at: datetime
    tables: dict[str, LakeTable]
    marks: dict[str, str]

    @property
    def paths(self) -> frozenset[str]:
        """Every file."""
        return frozenset(file.path for table in self.tables.values() for file in table.files)

    @property
    def size_bytes(self) -> int:
        """What all files take."""
        return sum(file.size_bytes for table in self.tables.values() for file in table.files)


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """The manifest as it was found, and the tag to replace it by."""

    manifest: Manifest
    etag: str


def window_mark(resolution: str, window: Window) -> str:
    """Return the key of a window among the marks."""
    return f"{resolution} {window.start_epoch}"


def encode(manifest: Manifest) -> bytes:
    """Write a manifest."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def decode(content: bytes) -> Manifest:
    """
    Read a manifest.

    Raises:
        DamagedError: it is not one, or of a format this build does not read.
    """
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise DamagedError(f"read {MANIFEST}: {error}") from error
    if manifest.format != FORMAT:
        raise DamagedError(f"read {MANIFEST}: format {manifest.format}, this build reads {FORMAT}")
    return manifest


def read(bucket: BucketReader) -> FoundManifest | None:
    """
    Return the manifest, None where nothing was written yet.

    Raises:
        StoreError, StoreRefusedError: the store did not answer, or refused.
        DamagedError: it cannot be read.
    """
    # The tag is older than the content or its own: a write in between makes the replacement fail, never the reading.
    about = bucket.stat(MANIFEST)
    if about is None:
        return None
    try:
        return FoundManifest(decode(bucket.get(MANIFEST)), about.etag)
    except ObjectMissingError:
        return None
