"""What is spread adds up again: fees over days and over use, exactly and in any order; what is no value is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fleetcost.billing.bill_files import BillFile
from fleetcost.billing.columns import ABSENT
from fleetcost.billing.read import collect, days, prepare
from fleetcost.errors import BillDamagedError
from fleetcost.model.cluster_tags import BEGINNINGS, TAGS, plain_key
from fleetcost.tables.scratch import scratch
from making.bills.reading import ENGINE, read_sets

DAY = datetime(2026, 11, 12, tzinfo=UTC)
COSTS = ("list_cost", "net_cost", "amortized_cost", "amortized_net_cost", "invoiced_cost")
HEADERS = "BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ServiceName,ProviderName,ChargePeriodStart,Tags\n"


def google(sku: str, cost: str, node: str = "", **credits_: str) -> dict[str, object]:
    """Return a row of a detailed export."""
    return {
        "billing_account_id": "A", "service": {"description": "Compute Engine"}, "sku": {"description": sku},
        "usage_start_time": "2026-11-12 00:00:00 UTC", "usage_end_time": "2026-11-13 00:00:00 UTC", "labels": [],
        "project": {"id": "p"}, "location": {"region": "r", "zone": "z"}, "cost": cost, "cost_at_list": cost,
        "currency": "USD", "cost_type": "regular", "resource": {"name": node, "global_name": ""},
        "credits": [{"type": kind, "amount": amount, "name": kind} for kind, amount in credits_.items()],
    }  # fmt: skip


def rows(folder: Path, bill: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the rows of the day that a GCP export gives."""
    content = "".join(json.dumps(row) + "\n" for row in bill).encode()
    return read_sets(folder, ("export.jsonl", content))[DAY].table.to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("seed", range(3))
def test_fees_of_commitments_are_spread_to_the_last_digit(tmp_path: Path, seed: int) -> None:
    """Whatever fees and credits, amortized and invoiced costs have one sum; no fee is left where use was covered."""
    random = Random(seed)
    bill = [google("Commitment v1: N2 Cpu in Belgium for 1 Year", str(random.randint(1, 10**9) / 10**7))]
    for number in range(7):
        credit = random.randint(1, 10**6) / 10**5
        kinds = {"COMMITTED_USAGE_DISCOUNT": f"-{credit}"}
        bill.append(google("N2 Instance Core running in Belgium", "10", f"node-{number}", **kinds))
    found = rows(tmp_path / "a", bill)
    random.shuffle(bill)
    assert found == rows(tmp_path / "b", bill)
    assert sum(row["amortized_net_cost"] for row in found) == sum(row["invoiced_cost"] for row in found)  # type: ignore[misc]
    (fee,) = [row for row in found if row["rule"] == "commitment fee"]
    assert (fee["amortized_cost"], fee["amortized_net_cost"]) == (0, 0)


def test_an_unused_commitment_stays_a_row_of_its_own(tmp_path: Path) -> None:
    """A fee for memory is not laid on cores, and one that nothing used stays on its row."""
    found = rows(
        tmp_path,
        [
            google("Commitment v1: N2 Cpu in Belgium for 1 Year", "4"),
            google("Commitment v1: N2 Ram in Belgium for 1 Year", "3"),
            google("N2 Instance Core running in Belgium", "8", "node", COMMITTED_USAGE_DISCOUNT="-8"),
        ],
    )
    assert {row["usage_type"]: row["amortized_net_cost"] for row in found} == {
        "Commitment v1: N2 Cpu in Belgium for 1 Year": 0,
        "Commitment v1: N2 Ram in Belgium for 1 Year": 3,
        "N2 Instance Core running in Belgium": 4,
    }


def test_a_fee_of_a_family_nobody_used_is_of_its_kind(tmp_path: Path) -> None:
    """Where no use has the fee's own family, it is spread on use of the same kind that has no fee of its own."""
    found = rows(
        tmp_path,
        [
            google("Commitment v1: Cpu in Americas for 1 Year", "4"),
            google("Compute optimized Core running in Belgium", "8", "node", COMMITTED_USAGE_DISCOUNT="-8"),
        ],
    )
    assert [row["amortized_net_cost"] for row in found if row["provider_id"]] == [4]


def test_days_to_come_have_no_part_of_a_fee_yet(tmp_path: Path) -> None:
    """Of a month's fee on the first day every begun day has an equal part; the first keeps what was invoiced."""
    head = "bill/PayerAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,"
    head += "lineItem/CurrencyCode,lineItem/UnblendedCost,reservation/UnusedRecurringFee\n"
    (tmp_path / "cur.csv").write_text(head + "1,RIFee,2026-11-01T00:00:00Z,2026-11-30T23:59:59Z,USD,90,10\n")
    with scratch(tmp_path / "scratch", ENGINE) as engine:
        prepare(engine)
        collect(engine, [BillFile(tmp_path / "cur.csv", "cur.csv")], datetime(2026, 11, 4, tzinfo=UTC))
        assert [f"{day:%d}" for day in days(engine)] == ["01", "02", "03"]
    sets = read_sets(tmp_path, ("cur.csv", (tmp_path / "cur.csv").read_bytes()))
    parts = [made.header.totals[0] for made in sets.values()]
    assert len(parts) == 30
    assert sum(one.amortized_net_cost for one in parts) == 10
    assert max(one.amortized_net_cost for one in parts) - min(one.amortized_net_cost for one in parts) <= Decimal(
        "1e-9"
    )
    assert [one.invoiced_cost for one in parts[:2]] == [90, 0]


@pytest.mark.parametrize("spell", [str, plain_key, lambda tag: f"user:{tag}", lambda tag: f"user_{plain_key(tag)}"])
def test_every_spelling_of_a_clusters_tag_is_known(tmp_path: Path, spell: Callable[[str], str]) -> None:
    """A tag that only clusters give makes its row a cluster's, whichever way the export writes the key."""
    every = (*TAGS, *(f"{one}of-something" for one in BEGINNINGS))
    tagged = [json.dumps({spell(tag): "x"}).replace('"', '""') for tag in every]
    content = HEADERS + "".join(f'1,1,USD,Usage,S,P,2026-11-12,"{tags}"\n' for tags in tagged)
    found = read_sets(tmp_path, ("f.csv", content.encode()))[DAY].table.to_pylist()
    assert [row["labels"] for row in found if not row["kubernetes"]] == []
    assert len(found) == len(every)


def test_the_text_null_is_no_value_whatever_the_file_is(tmp_path: Path) -> None:
    """Rows with NULL as texts, tags among them, are the same in CSV, JSON lines and Parquet, and no commitment's."""
    names = [*HEADERS.strip().split(","), "CommitmentDiscountId", "CommitmentDiscountStatus"]
    row = dict(zip(names, ["1", "1", "USD", "Usage", "S", "P", "2026-11-12", "NULL", "NULL", "NULL"], strict=True))
    frame = pa.table({name: [value, value] for name, value in row.items()})
    pq.write_table(frame, tmp_path / "p.parquet")
    bills = {
        "f.csv": f"{','.join(names)}\n{','.join(row.values())}\n{','.join(row.values())}\n".encode(),
        "f.jsonl": f"{json.dumps(row)}\n{json.dumps(row)}\n".encode(),
        "f.parquet": (tmp_path / "p.parquet").read_bytes(),
    }
    tables = []
    for name, content in bills.items():
        (folder := tmp_path / f"of {name}").mkdir()
        tables.append(read_sets(folder, (name, content))[DAY].table.to_pylist())
    assert tables[0] == tables[1] == tables[2]
    assert [(one["rule"], one["labels"]) for one in tables[0]] == [("usage", [])]


@pytest.mark.parametrize("column", ["BilledCost", "ChargePeriodStart"])
@pytest.mark.parametrize(
    "value",
    ["", "NULL", "n/a", "\\N", "11/2/26", "2026-13-01", "1,5", "2.11.2026", "0026-11-02x", "$1.50", "(1.50)"],
)
def test_what_is_no_value_refuses_the_bill(tmp_path: Path, column: str, value: str) -> None:
    """An absent or unreadable amount or date is never a guess or zero: file, line, column and value are named."""
    names = HEADERS.strip().split(",")
    good = dict(zip(names, ["1", "1", "USD", "Usage", "S", "P", "2026-11-12T00:00:00Z", "{}"], strict=True))
    text = io.StringIO()
    for row in (dict(zip(names, names, strict=True)), good, good | {column: f'"{value}"'}, good):
        text.write(",".join(row.values()) + "\n")
    with pytest.raises(BillDamagedError) as refused:
        read_sets(tmp_path, ("shop's bill.csv", text.getvalue().encode()))
    said = str(refused.value)
    assert f"shop's bill.csv: line 3: {column} is {'empty' if value in ABSENT else repr(value)}" in said
    assert "CAST" not in said
    assert "DECIMAL" not in said
