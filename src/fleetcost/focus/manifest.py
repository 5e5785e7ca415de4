"""
What a scheduled export says of itself: the files of a billing period, each with checksum and totals.

```
fleetcost/exports/focus/<name>/data/billing_period=2026-10/charge_date=2026-10-20/<checksum>.parquet
fleetcost/exports/focus/<name>/metadata/billing_period=2026-10/manifest.json     written last
fleetcost/exports/focus/<name>/metadata/{data-generator,dataset-instance,schema,recency}.json   of the specification
```
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from fleetcost import __version__
from fleetcost.bucket.port import BucketReader
from fleetcost.errors import DamagedError, ObjectMissingError
from fleetcost.focus.own import OWN_COLUMNS
from fleetcost.model.focus import FocusVersion, focus_columns

FOLDER = "fleetcost/exports/focus"
FORMAT = 1


class FocusTotals(msgspec.Struct, frozen=True):
    """What the rows of a day cost in one currency and price state; exact amounts as texts, never added over either."""

    currency: str
    price_state: str
    rows: int
    billed_cost: str
    effective_cost: str
    list_cost: str
    contracted_cost: str


class FocusFile(msgspec.Struct, frozen=True):
    """
    The file of one day.

    Attributes:
        charge_date: which day
        path: in the bucket; named by its content, so that a day that is the same keeps it
        size_bytes, rows, sha256: of the file
        mark: what it was made of: sets, bills, and this build's way of writing
        written_at: when this content was first written
        replaces: the path of the file before it, which the day had when it was different; None for the first
        final: every bill of the day is final
        totals: by currency and price state
        difference: what the rows of bills cost in effect less the bills, by currency; every one is 0
    """

    charge_date: date
    path: str
    size_bytes: int
    rows: int
    sha256: str
    mark: str
    written_at: datetime
    replaces: str | None
    final: bool
    totals: list[FocusTotals]
    difference: dict[str, str]


class FocusManifest(msgspec.Struct, frozen=True):
    """One billing period of an export; `files` in the order of their days."""

    format: int
    name: str
    focus_version: FocusVersion
    level: str
    billing_period: str
    written_at: datetime
    generator: str
    files: list[FocusFile]


@dataclass(frozen=True, slots=True)
class FoundFocusManifest:
    """A manifest as it was found, and the tag to replace it by."""

    manifest: FocusManifest
    etag: str


def manifest_path(name: str, period: str) -> str:
    """Return where the manifest of a billing period is."""
    return f"{FOLDER}/{name}/metadata/billing_period={period}/manifest.json"


def read_manifest(bucket: BucketReader, name: str, period: str) -> FoundFocusManifest | None:
    """
    Return the manifest of a billing period, None where there is none.

    Raises:
        StoreError, StoreRefusedError: the store did not answer, or refused.
        DamagedError: it cannot be read.
    """
    path = manifest_path(name, period)
    # The tag is older than the content or its own: a write in between makes the replacement fail, never the reading.
    about = bucket.stat(path)
    if about is None:
        return None
    try:
        found = msgspec.json.decode(bucket.get(path), type=FocusManifest)
    except ObjectMissingError:
        return None
    except msgspec.MsgspecError as error:
        raise DamagedError(f"read {path}: {error}; remove it, and the period is written again") from error
    if found.format != FORMAT:
        raise DamagedError(f"read {path}: format {found.format}, this build reads {FORMAT}")
    return FoundFocusManifest(found, about.etag)


def metadata(name: str, version: FocusVersion, files: Iterable[FocusFile], now: datetime) -> Mapping[str, bytes]:
    """Return the metadata objects of the specification, by the names of their files."""
    instance = f"{name}-{version}"
    sectors = [
        {
            "TimeSectorStart": f"{one.charge_date}T00:00:00Z",
            "TimeSectorComplete": one.final,
            "TimeSectorLastUpdated": one.written_at,
        }
        for one in files
    ]
    columns = [
        *({"ColumnName": one.name, "DataType": one.type.value} for one in focus_columns(version)),
        *({"ColumnName": one.name, "DataType": one.type} for one in OWN_COLUMNS),
    ]
    documents = {
        "data-generator": {"DataGenerator": "fleetcost"},
        "dataset-instance": {
            "DatasetInstanceId": instance, "DatasetInstanceName": name, "FocusDatasetId": "CostAndUsage",
        },
        "schema": {
            "SchemaId": f"{instance}-{__version__}", "DatasetInstanceId": instance, "FocusVersion": version.value,
            "DataGeneratorVersion": __version__, "CreationDate": now, "ColumnDefinition": columns,
        },
        "recency": {"DatasetInstanceId": instance, "RecencyLastUpdated": now, "TimeSectors": sectors},
    }  # fmt: skip
    return {name: msgspec.json.format(msgspec.json.encode(document), indent=1) for name, document in documents.items()}
