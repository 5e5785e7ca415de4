"""Which objects are the bills of which month, known from names and manifests."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from builders import at
from fleetcost.billing.layout import Bill, bills, manifests
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import BillDamagedError

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def listing(*paths: str) -> list[ObjectInfo]:
    """Return a listing in which each object is newer than the one before."""
    return [ObjectInfo(path, 1, path, at() + timedelta(minutes=n)) for n, path in enumerate(paths)]


def chosen(found: tuple[Bill, ...]) -> dict[date | None, list[str]]:
    """Return the files of each month."""
    return {bill.month: [info.path for info in bill.objects] for bill in found}


def test_a_legacy_report_is_what_its_manifest_lists() -> None:
    """Files of an older assembly stay in the bucket and are not read."""
    period = "cur/daily/20260101-20260201"
    files = listing(
        f"{period}/daily-Manifest.json",
        f"{period}/a1/daily-00001.csv.gz",
        f"{period}/a2/daily-00001.csv.gz",
        f"{period}/a2/daily-00002.csv.gz",
    )
    listed = [f"{period}/a2/daily-00001.csv.gz", f"{period}/a2/daily-00002.csv.gz"]
    manifest = json.dumps({"reportKeys": listed}).encode()
    assert manifests(files) == (f"{period}/daily-Manifest.json",)
    assert chosen(bills(files, {f"{period}/daily-Manifest.json": manifest})) == {JANUARY: listed}


def test_a_legacy_parquet_report_has_folders_of_months() -> None:
    """The report for Athena lies in `year=` and `month=` folders; its manifest lies elsewhere."""
    files = listing(
        "cur/d/20260101-20260201/d-Manifest.json", "cur/d/d/year=2026/month=1/d-00001.snappy.parquet",
        "cur/d/d/year=2026/month=1/d-00002.snappy.parquet", "cur/d/d/year=2026/month=2/d-00001.snappy.parquet",
    )  # fmt: skip
    manifest = json.dumps({"reportKeys": ["cur/d/d/year=2026/month=1/d-00001.snappy.parquet"]}).encode()
    assert chosen(bills(files, {files[0].path: manifest})) == {JANUARY: [files[1].path], FEBRUARY: [files[3].path]}


def test_a_data_export_keeps_the_newest_execution() -> None:
    """With a folder an execution, or overwritten in place, with a manifest of addresses or without any."""
    base = "exports/cur2/data/BILLING_PERIOD=2026-01"
    files = listing(f"{base}/run-1/cur2-00001.snappy.parquet", f"{base}/run-2/cur2-00001.snappy.parquet")
    assert chosen(bills(files, {})) == {JANUARY: [files[1].path]}
    files = listing(
        f"{base}/cur2-00001.csv.gz",
        f"{base}/cur2-00002.csv.gz",
        "exports/cur2/metadata/BILLING_PERIOD=2026-01/cur2-Manifest.json",
    )
    manifest = json.dumps({"dataFiles": [f"s3://bills/{base}/cur2-00001.csv.gz"]}).encode()
    assert chosen(bills(files, {files[2].path: manifest})) == {JANUARY: [files[0].path]}


def test_an_azure_export_keeps_the_newest_run() -> None:
    """The oldest form has a file a run, the newer one a folder with a manifest."""
    files = listing("e/daily/20260101-20260131/daily_1f2e3d4c-1.csv", "e/daily/20260101-20260131/daily_99aa88bb-2.csv")
    assert chosen(bills(files, {})) == {JANUARY: [files[1].path]}
    base = "e/daily/20260201-20260228"
    files = listing(
        f"{base}/202602100500/g1/part_0_0001.csv",
        f"{base}/202602110500/g2/part_0_0001.csv",
        f"{base}/202602110500/g2/part_1_0001.csv",
        f"{base}/202602110500/g2/manifest.json",
    )
    blobs = {"blobs": [{"blobName": f"root/{path.path}"} for path in files[1:3]]}
    assert chosen(bills(files, {files[3].path: json.dumps(blobs).encode()})) == {
        FEBRUARY: [files[1].path, files[2].path]
    }


def test_a_plain_folder_is_read_whole() -> None:
    """Files that name no month are all read; what is no bill is not."""
    files = listing("readme.txt", "a.csv", "b/c.parquet", "d.jsonl.gz")
    assert chosen(bills(files, {})) == {None: ["a.csv", "b/c.parquet", "d.jsonl.gz"]}


def test_two_exports_of_a_month_are_refused() -> None:
    """An actual and an amortized export side by side would be counted twice; the message names both."""
    files = listing("e/actual/20260101-20260131/x.csv", "e/amortized/20260101-20260131/y.csv")
    with pytest.raises(BillDamagedError, match="e/actual and e/amortized are two exports"):
        bills(files, {})


@pytest.mark.parametrize("content", [b"{", b"[1]", b'{"blobs": [1]}', b'{"reportKeys": 3}'])
def test_a_broken_manifest_is_reported(content: bytes) -> None:
    """A manifest that cannot be understood is not passed over."""
    with pytest.raises(BillDamagedError, match=r"read the manifest m/manifest\.json"):
        bills(listing("m/a.csv"), {"m/manifest.json": content})
