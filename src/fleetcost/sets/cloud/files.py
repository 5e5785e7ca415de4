"""Cloud cost sets as files: their footer, as `docs/format/cloudcosts.md` has it, and reading and writing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fleetcost.model.cloud_cost import CLOUD_COST, BillState, CloudCostTotal
from fleetcost.model.cloud_sets import (
    CLOUD_FORMAT_VERSION,
    CloudSetHeader,
    CloudSetKey,
    IntegrationId,
    Replaced,
)
from fleetcost.model.window import Window, rfc3339
from fleetcost.sets.checksum import NO_CHECKSUM
from fleetcost.sets.cloud.cloud_set import CloudSet
from fleetcost.sets.parquet import FileFormat

KIND = "cloudcosts"


class _CloudFooter(msgspec.Struct, frozen=True, kw_only=True):
    """The footer's JSON, version 1; `docs/format/cloudcosts.md` explains each field."""

    format_version: int
    writer_version: str
    kind: str
    integration: str
    start: str
    end: str
    start_epoch: int
    end_epoch: int
    version: int
    replaces: Replaced | None
    state: BillState
    rows: int
    bill_rows: int
    totals: tuple[CloudCostTotal, ...]
    unmapped_rows: int
    unmapped: tuple[CloudCostTotal, ...]
    source: str
    source_digest: str
    built_at: datetime
    digest: str
    file_sha256: str


def to_bytes(cloud_set: CloudSet) -> bytes:
    """Write a set as one Parquet file."""
    return _FORMAT.to_bytes(KIND, cloud_set.header, cloud_set.table)


def from_bytes(content: bytes, path: str) -> CloudSet:
    """Read a set file whole; see `FileFormat.from_bytes`."""
    return CloudSet(*_FORMAT.from_bytes(content, path))


def header_from_bytes(content: bytes, path: str) -> CloudSetHeader:
    """Read only a set file's header; see `FileFormat.header`."""
    return _FORMAT.header(content, path)


def checked_header(content: bytes, unpacked_bytes: int, path: str) -> CloudSetHeader:
    """Read only a set file's header, and check the file's sizes; see `FileFormat.checked`."""
    return _FORMAT.checked(content, unpacked_bytes, path)


def _footer(header: CloudSetHeader) -> _CloudFooter:
    window = header.key.window
    return _CloudFooter(
        kind=KIND,
        integration=header.key.integration,
        start=rfc3339(window.start),
        end=rfc3339(window.end),
        start_epoch=window.start_epoch,
        end_epoch=window.end_epoch,
        file_sha256=NO_CHECKSUM,
        **{name: getattr(header, name) for name in _SAME},
    )


def _header(footer: _CloudFooter) -> CloudSetHeader:
    window = Window.of_epochs(footer.start_epoch, footer.end_epoch)
    return CloudSetHeader(
        key=CloudSetKey(IntegrationId(footer.integration), window),
        **{name: getattr(footer, name) for name in _SAME},
    )


_SAME = tuple(name for name in CloudSetHeader.__slots__ if name != "key")
"""What header and footer call by the same name."""

_FORMAT = FileFormat({KIND: CLOUD_COST}, CLOUD_FORMAT_VERSION, _CloudFooter, _footer, _header)
