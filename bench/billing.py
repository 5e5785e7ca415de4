"""
A month's bill in bounded memory, beside bare reads of the same files; results in billing.txt.

ROWS in the environment says how many rows the bill has: a million, or as many as a large account's twelve million.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fleetcost.billing.file_source import FileSource
from fleetcost.billing.integration import FolderPlace, Integration
from fleetcost.billing.plan import BillTiming, plan
from fleetcost.billing.refresh import Work, refresh
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.cloud_sets import integration_id
from fleetcost.tables.database import EngineLimits

ROWS = int(os.environ.get("ROWS", "1_000_000"))
FILES = 4
MEMORY = 256 * 1024 * 1024
"""What the engine has for bills where the aggregator is allowed 2 GiB."""
NOW = datetime(2026, 2, 1, tzinfo=UTC)

COLUMNS = """
    '999988887777' AS bill_payer_account_id, 'AWS' AS bill_billing_entity,
    lpad(CAST(i % {hourly} % 40 AS VARCHAR), 12, '1') AS line_item_usage_account_id,
    CASE WHEN i % {hourly} % 10 < 6 THEN 'Usage' WHEN i % {hourly} % 10 < 8 THEN 'SavingsPlanCoveredUsage'
        WHEN i % {hourly} % 10 = 8 THEN 'DiscountedUsage' ELSE 'EdpDiscount' END AS line_item_line_item_type,
    TIMESTAMP '2026-01-01' + INTERVAL 1 HOUR * (i // {hourly}) AS line_item_usage_start_date,
    TIMESTAMP '2026-01-01' + INTERVAL 1 HOUR * (i // {hourly} + 1) AS line_item_usage_end_date,
    'AmazonEC2' AS line_item_product_code, 'EUC1-BoxUsage:m6i.' || (i % {hourly} % 7) AS line_item_usage_type,
    'i-' || lpad(CAST(i % {hourly} AS VARCHAR), 12, '0') AS line_item_resource_id, 'USD' AS line_item_currency_code,
    CAST((i % 9973) / 7919.0 AS DOUBLE) AS line_item_unblended_cost,
    CAST((i % 9967) / 7907.0 AS DOUBLE) AS pricing_public_on_demand_cost,
    CAST((i % 9949) / 7901.0 AS DOUBLE) AS savings_plan_savings_plan_effective_cost,
    CAST((i % 9941) / 7883.0 AS DOUBLE) AS reservation_effective_cost,
    MAP {{
        'user_team': 'team-' || (i % {hourly} % 30),
        'user_eks_cluster_name': 'cluster-' || (i % {hourly} % 60)
    }} AS resource_tags
"""
HOURLY = ROWS // (31 * 24) + 1


def main() -> None:
    """Measure each in a process of its own, so that its memory is its own."""
    if len(sys.argv) > 1:
        measure(sys.argv[1], Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        period = folder / "bills" / "cur" / "data" / "BILLING_PERIOD=2026-01"
        period.mkdir(parents=True)
        size = 0
        for ending, form in (("snappy.parquet", "parquet"), ("csv.gz", "csv")):
            make(period, ending, form)
            size = sum(file.stat().st_size for file in period.iterdir())
            print(f"{ROWS:,} rows of a cost and usage report 2.0 as {form}, {FILES} files, {size / 1e6:.0f} MB")
            for what in ("bare", "group", "refresh"):
                done = subprocess.run(
                    [sys.executable, __file__, what, name], check=True, stdout=subprocess.PIPE, text=True
                )
                print(done.stdout, end="")
            for file in period.iterdir():
                file.unlink()


def make(period: Path, ending: str, form: str) -> None:
    """Write the report."""
    with duckdb.connect() as engine:
        columns = COLUMNS.format(hourly=HOURLY)
        if form == "csv":
            columns = columns.replace("MAP {", "to_json(MAP {").replace("} AS resource_tags", "}) AS resource_tags")
        for number in range(FILES):
            engine.execute(
                f"COPY (SELECT {columns} FROM range({ROWS}) t(i) WHERE i % {FILES} = {number}) "
                f"TO '{period}/cur-{number + 1:05}.{ending}' (FORMAT {form})"
            )


def measure(what: str, folder: Path) -> None:
    """Read once and print time and memory."""
    began = time.perf_counter()
    said = {"bare": bare, "group": group, "refresh": whole}[what](folder)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    work, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"  {said}: {seconds:.1f} s, {work:.1f} s of processor, peak {peak:,.0f} MiB")


def bare(folder: Path) -> str:
    """Load every column into a table, with the same limits."""
    files = sorted(str(file) for file in (folder / "bills").rglob("cur-*"))
    read = f"read_parquet({files})" if files[0].endswith("parquet") else f"read_csv({files}, all_varchar = true)"
    with duckdb.connect(str(folder / "bare.duckdb"), config={"memory_limit": f"{MEMORY}B", "threads": 2}) as engine:
        engine.execute(f"CREATE OR REPLACE TABLE t AS SELECT * FROM {read}")
    return "bare load of the same files into a DuckDB table"


def group(folder: Path) -> str:
    """Add up one cost by day and everything that tells charges apart, with the same limits."""
    files = sorted(str(file) for file in (folder / "bills").rglob("cur-*"))
    read = f"read_parquet({files})" if files[0].endswith("parquet") else f"read_csv({files}, all_varchar = true)"
    costs = ("line_item_unblended_cost", "pricing_public_on_demand_cost", "savings_plan_savings_plan_effective_cost",
             "reservation_effective_cost")  # fmt: skip
    sums = ", ".join(f"sum(CAST({cost} AS DECIMAL(38, 12))) AS {cost}" for cost in costs)
    keys = (
        "bill_payer_account_id, line_item_usage_account_id, line_item_line_item_type, line_item_product_code, "
        "line_item_usage_type, line_item_resource_id, line_item_currency_code, resource_tags"
    )
    with duckdb.connect(str(folder / "group.duckdb"), config={"memory_limit": f"{MEMORY}B", "threads": 2}) as engine:
        engine.execute("SET preserve_insertion_order = false")
        engine.execute(
            f"CREATE OR REPLACE TABLE t AS SELECT CAST(line_item_usage_start_date AS TIMESTAMP)::DATE AS day, "
            f"{keys}, {sums} "
            f"FROM {read} GROUP BY ALL"
        )
    return "bare sums of the four costs by day and key in DuckDB"


def whole(folder: Path) -> str:
    """Read, map, add up and publish."""
    bills = folder / "bills"
    home = folder / f"bucket-{time.time_ns()}"
    home.mkdir()
    bucket = FilesystemBucket(home)
    work = Work(bucket, folder / "work", EngineLimits(memory_bytes=MEMORY, threads=2), lambda: NOW)
    place = Integration(integration_id("cur"), "aws-s3", "AWS", "bench", FolderPlace(bills))
    done = refresh(place, FileSource(FilesystemBucket(bills), folder=bills), plan(NOW, BillTiming(), first=True), work)
    rows = sum(day.header.rows for day in done.days)
    assert sum(day.header.bill_rows for day in done.days) == ROWS, done
    return f"read, mapped, added up, {len(done.days)} days published with {rows:,} rows"


if __name__ == "__main__":
    main()
