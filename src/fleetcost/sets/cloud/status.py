"""Each integration's status in the bucket: small JSON, written after each run, read by the API."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.documents.document import BucketDocument, read_document
from fleetcost.errors import DocumentDamagedError, ObjectMissingError, SetDamagedError
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationId, IntegrationStatus
from fleetcost.model.window import Window
from fleetcost.sets.cloud.layout import ROOT, CloudObject, locate, status_path


class _Status(BucketDocument, frozen=True, kw_only=True):
    """The object's JSON."""

    integration: str
    source: str
    provider: str
    location: str
    status: ConnectionStatus
    message: str
    created: datetime
    last_run: datetime
    next_run: datetime
    refresh_seconds: int
    runs: int
    coverage_start_epoch: int | None = None
    coverage_end_epoch: int | None = None


def write_status(bucket: Bucket, status: IntegrationStatus) -> None:
    """Put an integration's status in its place."""
    same = {name: getattr(status, name) for name in _SAME}
    span = status.coverage
    written = _Status(
        integration=status.integration,
        coverage_start_epoch=span.start_epoch if span else None,
        coverage_end_epoch=span.end_epoch if span else None,
        **same,
    )
    bucket.put(status_path(status.integration), msgspec.json.format(msgspec.json.encode(written), indent=2))


def read_status(bucket: BucketReader, integration: IntegrationId) -> IntegrationStatus | None:
    """
    Read an integration's status; None where it never ran.

    Raises:
        SetDamagedError: the object is no status.
    """
    path = status_path(integration)
    try:
        found = read_document(bucket, path, _Status)
        coverage = _coverage(found)
    except ObjectMissingError:
        return None
    except (DocumentDamagedError, ValueError, OverflowError, OSError) as error:
        raise SetDamagedError(f"{error}; {path} is not the status of an integration: the next run writes it") from error
    return IntegrationStatus(
        integration=integration,
        coverage=coverage,
        **{name: getattr(found, name) for name in _SAME},
    )


def integrations(bucket: BucketReader) -> tuple[IntegrationId, ...]:
    """Return every integration that has a status in the bucket, in order of their names."""
    found = (locate(info.path) for info in bucket.list(ROOT))
    return tuple(sorted(one.integration for one in found if one.state is CloudObject.STATUS and one.integration))


def _coverage(found: _Status) -> Window | None:
    start, end = found.coverage_start_epoch, found.coverage_end_epoch
    return None if start is None or end is None else Window.of_epochs(start, end)


_SAME = tuple(name for name in _Status.__struct_fields__ if name != "integration" and not name.startswith("coverage"))
"""What the value and its JSON call by the same name."""
