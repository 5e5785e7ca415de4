"""Allocation and asset sets as files: their footer, as `docs/format/sets.md` has it, and reading and writing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import FORMAT_VERSION, SetHeader, SetKey, SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.sets.checksum import NO_CHECKSUM
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.limits import check_header
from fleetcost.sets.parquet import FileFormat
from fleetcost.sets.schema import TABLES


class _Footer(msgspec.Struct, frozen=True, kw_only=True):
    """The footer's JSON; `docs/format/sets.md` explains each field and says since which version it is there."""

    format_version: int
    agent_version: str
    cluster: str
    cluster_uid: str
    kind: SetKind
    resolution: Resolution
    start: str
    end: str
    start_epoch: int
    end_epoch: int
    currency: str
    rows: int
    total_cost: Decimal
    coverage_minutes: float
    estimated_minutes: float = 0.0
    final: bool
    source: str
    built_at: str
    digest: str
    file_sha256: str


def to_bytes(cost_set: CostSet) -> bytes:
    """Write a set as one Parquet file."""
    return _FORMAT.to_bytes(cost_set.header.key.kind, cost_set.header, cost_set.table)


def from_bytes(content: bytes, path: str) -> CostSet:
    """Read a set file whole; see `FileFormat.from_bytes`."""
    return CostSet(*_FORMAT.from_bytes(content, path))


def header_from_bytes(content: bytes, path: str) -> SetHeader:
    """Read only a set file's header; see `FileFormat.header`."""
    return _FORMAT.header(content, path)


def checked_header(content: bytes, unpacked_bytes: int, path: str) -> SetHeader:
    """Read only a set file's header, and check it and the file's sizes; see `FileFormat.checked` and `check_header`."""
    header = _FORMAT.checked(content, unpacked_bytes, path)
    check_header(header, path)
    return header


def _footer(header: SetHeader) -> _Footer:
    key, window = header.key, header.key.window
    return _Footer(
        cluster=key.cluster,
        kind=key.kind,
        resolution=key.resolution,
        start=rfc3339(window.start),
        end=rfc3339(window.end),
        start_epoch=window.start_epoch,
        end_epoch=window.end_epoch,
        built_at=rfc3339(header.built_at),
        file_sha256=NO_CHECKSUM,
        **{name: getattr(header, name) for name in _SAME},
    )


def _header(footer: _Footer) -> SetHeader:
    window = Window.of_epochs(footer.start_epoch, footer.end_epoch)
    return SetHeader(
        key=SetKey(ClusterId(footer.cluster), footer.kind, footer.resolution, window),
        built_at=msgspec.convert(footer.built_at, type=datetime, strict=False),
        **{name: getattr(footer, name) for name in _SAME},
    )


_SAME = tuple(name for name in SetHeader.__slots__ if name not in {"key", "built_at"})
"""What header and footer call by the same name and write in the same way."""

_FORMAT = FileFormat({kind.value: table for kind, table in TABLES.items()}, FORMAT_VERSION, _Footer, _footer, _header)
