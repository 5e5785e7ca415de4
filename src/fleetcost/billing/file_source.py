"""Bills that lie in a bucket or a folder as files."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

from fleetcost.billing.bill_files import BillFile
from fleetcost.billing.brought import OBJECTS
from fleetcost.billing.layout import Bill, bills, manifests
from fleetcost.billing.source import FetchedBills, digest_of
from fleetcost.bucket.port import BucketReader, ObjectInfo

WHOLE_BYTES = 8 * 1024 * 1024
"""Objects up to this size are fetched by one request, larger ones as a stream."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class FileSource:
    """
    Fetches the newest bill of each month.

    Args:
        bucket: where they lie
        prefix: only below this path
        folder: the bucket's folder on this machine, where it is one: its files are read in place
    """

    def __init__(self, bucket: BucketReader, prefix: str = "", folder: Path | None = None) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._folder = folder

    def fetch(self, since: datetime, until: datetime, folder: Path) -> FetchedBills:
        """Bring the bills of the months from `since` on; an object that is in the folder is not brought again."""
        listing = [info for info in self._bucket.list(self._prefix) if not info.path.endswith("/")]
        read = {path: self._bucket.get(path) for path in manifests(listing)}
        chosen = [bill for bill in bills(listing, read) if _wanted(bill, since, until)]
        objects = [info for bill in chosen for info in bill.objects]
        digest = digest_of(f"{info.path} {info.etag}" for info in objects)
        first = min((_start(bill.month) for bill in chosen), default=None)
        files = tuple(self._local(info, bill, folder) for bill in chosen for info in bill.objects)
        return FetchedBills(files, first, digest)

    def _local(self, info: ObjectInfo, bill: Bill, folder: Path) -> BillFile:
        if self._folder is not None:
            return BillFile(self._folder / info.path, info.path, bill.export, bill.without)
        name = hashlib.sha256(f"{info.path} {info.etag}".encode()).hexdigest()[:16]
        file = folder / OBJECTS / f"{name}-{info.path.rpartition('/')[2]}"
        if not file.exists():
            self._bring(info, file)
        return BillFile(file, info.path, bill.export, bill.without)

    def _bring(self, info: ObjectInfo, file: Path) -> None:
        """Write an object to a file in bounded memory; the file is whole or not there."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.draft")
        with draft.open("wb") as target:
            small = info.size_bytes <= WHOLE_BYTES
            for chunk in (self._bucket.get(info.path),) if small else self._bucket.chunks(info.path):
                target.write(chunk)
        draft.rename(file)


class LoneFile:
    """
    A single file as a source of bills.

    Args:
        file: on this machine
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def fetch(self, since: datetime, until: datetime, folder: Path) -> FetchedBills:  # noqa: ARG002 - the port's
        """Give the file, whatever the days."""
        return FetchedBills((BillFile(self._file, self._file.name),), _BEGINNING, "")


def _wanted(bill: Bill, since: datetime, until: datetime) -> bool:
    return bill.month is None or since.date().replace(day=1) <= bill.month <= until.date()


def _start(month: date | None) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC) if month else _BEGINNING
