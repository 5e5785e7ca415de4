"""The checker of FOCUS files: right files pass, and each of its rules can fail."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fleetcost.billing.focus import COLUMNS
from fleetcost.cli.main import run
from fleetcost.errors import CallerError
from fleetcost.focus.check import FocusVerdict, check_focus
from fleetcost.focus.rules import row_rules
from fleetcost.model.focus import FOCUS_COLUMNS, FocusDemand, FocusLevel, FocusType, FocusVersion, focus_columns
from fleetcost.tables.database import EngineLimits

SHARED = Path(os.environ.get("TEST_SHARED") or Path(__file__).parents[3].parent / "shared")
LIMITS = EngineLimits(memory_bytes=1 << 28, threads=2)
TYPES = {
    FocusType.TEXT: pa.string(),
    FocusType.JSON: pa.string(),
    FocusType.DECIMAL: pa.decimal128(38, 9),
    FocusType.TIME: pa.timestamp("us", "UTC"),
}
OWN = {"x_SplitOriginId": pa.string(), "x_SplitOriginCost": pa.decimal128(38, 9), "x_CostKind": pa.string()}
Row = Mapping[str, Any]


def right(version: FocusVersion) -> dict[str, Any]:
    """Return a row that breaks no rule: use of a machine that a commitment covers, split over one pod."""
    day, month = datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    numbers = dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), 6)
    known: dict[str, Any] = numbers | {
        "AllocatedMethodId": "m", "AllocatedResourceId": "c/n/p", "AllocatedResourceName": "n/p",
        "AllocatedMethodDetails": '{"Elements":[{"AllocatedRatio":1,"UsageUnit":"h","UsageQuantity":2}]}',
        "AllocatedTags": '{"team":"web"}', "BillingAccountId": "1", "BillingAccountName": "one",
        "BillingAccountType": "Payer", "BillingCurrency": "USD", "BillingPeriodStart": month,
        "BillingPeriodEnd": datetime(2026, 11, 1, tzinfo=UTC), "CapacityReservationId": "r",
        "CapacityReservationStatus": "Used", "ChargeCategory": "Usage", "ChargeDescription": "a machine",
        "ChargeFrequency": "Usage-Based", "ChargePeriodStart": day, "ChargePeriodEnd": day.replace(day=21),
        "CommitmentDiscountCategory": "Usage", "CommitmentDiscountId": "ri-1", "CommitmentDiscountName": "ours",
        "CommitmentDiscountQuantity": 2, "CommitmentDiscountStatus": "Used", "CommitmentDiscountType": "Reserved",
        "CommitmentDiscountUnit": "Hours", "ConsumedQuantity": 2, "ConsumedUnit": "Hours", "ContractApplied":
        '{"Elements":[]}', "ContractedUnitPrice": 3, "HostProviderName": "AWS", "InvoiceId": "i", "InvoiceIssuerName":
        "AWS", "ListUnitPrice": 3, "PricingCategory": "Committed", "PricingCurrency": "USD",
        "PricingCurrencyContractedUnitPrice": 3, "PricingCurrencyEffectiveCost": 6, "PricingCurrencyListUnitPrice": 3,
        "PricingQuantity": 2, "PricingUnit": "Hours", "ProviderName": "AWS", "PublisherName": "AWS", "RegionId": "eu",
        "RegionName": "Europe", "ResourceId": "i-1", "ResourceName": "n1", "ResourceType": "Node", "ServiceCategory":
        "Compute", "ServiceName": "EC2", "ServiceProviderName": "AWS", "ServiceSubcategory": "Virtual Machines",
        "SkuId": "s", "SkuMeter": "m", "SkuPriceDetails": '{"CoreCount":4}', "SkuPriceId": "p", "SubAccountId": "2",
        "SubAccountName": "two", "SubAccountType": "Account", "Tags": '{"env":"prod"}', "AvailabilityZone": "eu-1a",
    }  # fmt: skip
    names = {one.name for one in focus_columns(version)}
    return {name: known.get(name) for name in names} | {
        "x_SplitOriginId": "o1", "x_SplitOriginCost": 6, "x_CostKind": "workload",
    }  # fmt: skip


def parquet(file: Path, rows: Sequence[Row], **types: pa.DataType) -> Path:
    """Write rows as Parquet."""
    kinds = {
        name: TYPES[FOCUS_COLUMNS[name].type] if name in FOCUS_COLUMNS else OWN.get(name, pa.string())
        for name in rows[0]
    }
    fields = kinds | types
    made = [
        {
            name: Decimal(str(value)) if pa.types.is_decimal(fields[name]) and value is not None else value
            for name, value in row.items()
        }
        for row in rows
    ]
    pq.write_table(pa.Table.from_pylist(made, schema=pa.schema(list(fields.items()))), file)
    return file


def as_csv(file: Path, rows: Sequence[Row]) -> Path:
    """Write rows as CSV."""
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {name: f"{one:%Y-%m-%dT%H:%M:%SZ}" if isinstance(one, datetime) else one for name, one in row.items()}
            )
    return file


def met(demand: FocusDemand) -> dict[str, Any]:
    """Return what other columns say where a demand is made."""
    said: dict[str, Any] = {}
    for case in demand.cases:
        if case.values:
            other = next(one for one in (*(FOCUS_COLUMNS[case.column].allowed), None) if one not in case.values)
            said[case.column] = other if case.otherwise else case.values[0]
        elif case.otherwise:
            said[case.column] = None
    return said


def spoiled(version: FocusVersion) -> dict[str, Row]:
    """Return for each rule of rows the columns that break it, where it is made from the table."""
    made: dict[str, Row] = {}
    for column in focus_columns(version):
        name = column.name
        made |= {f"{name}-NULL": {name: None}, f"{name}-EMPTY": {name: ""}, f"{name}-VALUE": {name: "Rubbish"}}
        made |= {f"{name}-SIGN": {name: -1}, f"{name}-JSON": {name: "[1]"}, f"{name}-FLAT": {name: '{"a":{"b":1}}'}}
        for number, demand in enumerate(column.demands, 1):
            kept = right(FocusVersion.V1_3)[name] or "Used"
            made[f"{name}-{'GIVEN' if demand.given else 'ABSENT'}-{number}"] = met(demand) | {
                name: None if demand.given else kept
            }
    return made


RELATED: Mapping[str, Row] = {
    "BillingCurrency-CURRENCY": {"BillingCurrency": "usd"},
    "PricingCurrency-CURRENCY": {"PricingCurrency": "Dollar"},
    "BillingPeriodEnd-ORDER": {"BillingPeriodEnd": datetime(2026, 9, 1, tzinfo=UTC)},
    "ChargePeriodEnd-ORDER": {"ChargePeriodEnd": datetime(2026, 10, 20, tzinfo=UTC)},
    "ListCost-PRODUCT": {"ListCost": Decimal("6.00001")},
    "ContractedCost-PRODUCT": {"ContractedCost": Decimal("5.99999")},
    "ChargeFrequency-PURCHASE": {"ChargeCategory": "Purchase"},
    "EffectiveCost-PURCHASE": {"ChargeCategory": "Purchase"},
    "PricingCategory-COMMITTED": {"PricingCategory": "Standard"},
    "ServiceSubcategory-PARENT": {"ServiceSubcategory": "Block Storage"},
    "AllocatedMethodDetails-ELEMENTS": {"AllocatedMethodDetails": '{"Elements":[{"AllocatedRatio":"1"}]}'},
    "AllocatedTags-TAGS": {"AllocatedTags": '{"env":"prod"}'},
    "AllocatedResourceId-NAMED": {"AllocatedMethodId": None},
}


@pytest.mark.parametrize("version", FocusVersion)
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_right_file_breaks_no_rule(tmp_path: Path, version: FocusVersion, kind: str) -> None:
    """A file in which everything is so as the specification says passes, in both kinds of files."""
    write = parquet if kind == "parquet" else as_csv
    verdict = check_focus(write(tmp_path / f"right.{kind}", [right(version)]), version, LIMITS)
    assert verdict.breaches == ()
    assert verdict.rows == 1


@pytest.mark.parametrize("version", FocusVersion)
def test_every_rule_of_rows_can_fail(tmp_path: Path, version: FocusVersion) -> None:
    """For each rule there is a row that differs from a right one only in what breaks it, and it is found."""
    changes = spoiled(version) | RELATED
    columns = {one.name: one for one in focus_columns(version)}
    rules = [rule.id for rule in row_rules(version, columns, texts=False)]
    assert len(rules) > 130
    rows = [right(version) | {"x_SplitOriginId": None} | changes[rule] for rule in rules]
    found = {one.rule for one in check_focus(parquet(tmp_path / "f.parquet", rows), version, LIMITS).breaches}
    assert set(rules) - found == set()


def test_numbers_and_times_of_csv_have_their_forms(tmp_path: Path) -> None:
    """A plus sign, a comma and a time without a zone are no values of CSV, an exponent is."""
    good = right(FocusVersion.V1_3) | {"ListCost": "6E0"}
    bad = right(FocusVersion.V1_3) | {"ListCost": "+6", "BilledCost": "1,5", "ChargePeriodStart": "2026-10-20 00:00:00"}
    found = {
        (one.rule, one.rows)
        for one in check_focus(as_csv(tmp_path / "f.csv", [good, bad]), FocusVersion.V1_3, LIMITS).breaches
        if one.rule.endswith("-FORM")
    }
    assert found == {("ListCost-FORM", 1), ("BilledCost-FORM", 1), ("ChargePeriodStart-FORM", 1)}


@pytest.mark.parametrize("version", FocusVersion)
def test_every_rule_of_the_file_can_fail(tmp_path: Path, version: FocusVersion) -> None:
    """A mandatory column that is not there, a column of another type and a name of nobody are each found."""
    whole = right(version)
    missing = broken(check_focus(parquet(tmp_path / "f.parquet", [{"Tags": whole["Tags"]}]), version, LIMITS))
    mandatory = {one.name for one in focus_columns(version) if one.level is FocusLevel.MANDATORY}
    assert missing == {f"{name}-PRESENT" for name in mandatory}
    typed = parquet(
        tmp_path / "f.parquet", [whole | {"ListCost": "6", "Rubbish": "1", f"x_{'y' * 50}": "1"}], ListCost=pa.string()
    )
    assert broken(check_focus(typed, version, LIMITS)) == {"ListCost-TYPE", "Columns-NAMED", "Columns-LENGTH"}


def test_the_rules_of_origins_can_fail(tmp_path: Path) -> None:
    """Ratios that are not 1 in all, an id twice, costs that are not the origin's and a price of two SKUs are found."""
    first = right(FocusVersion.V1_3)
    third = first | {"x_SplitOriginId": "o3", "x_SplitOriginCost": 12}
    rows = [
        first, first | {"AllocatedResourceId": "c/n/q"}, third, third,
        first | {"x_SplitOriginId": "o2", "x_SplitOriginCost": 7, "SkuId": "other"},
    ]  # fmt: skip
    verdict = check_focus(parquet(tmp_path / "f.parquet", rows), FocusVersion.V1_3, LIMITS)
    assert {one.rule: one.rows for one in verdict.breaches} == {
        "AllocatedMethodDetails-SUM": 2, "AllocatedResourceId-ONCE": 1, "EffectiveCost-ORIGIN": 2,
        "SkuPriceId-PARENT": 1,
    }  # fmt: skip


@pytest.mark.parametrize("version", FocusVersion)
def test_the_worked_sample_passes(version: FocusVersion) -> None:
    """The sample that was made by hand from the specification breaks no rule."""
    sample = SHARED / "data" / "focus-sample" / f"focus-{version}.parquet"
    if not sample.exists():
        pytest.skip("TEST_SHARED: the worked sample of FOCUS is not beside the repository")
    assert check_focus(sample, version, LIMITS).breaches == ()


def test_what_reads_bills_knows_the_same_columns() -> None:
    """Every column that bills of this form are read by is first looked for under a name of the specification."""
    assert [one.headers[0] for one in COLUMNS if one.name != "bill_rows" and one.headers[0] not in FOCUS_COLUMNS] == []


def test_the_command_lists_what_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints each broken rule and ends with 1; with a right file it ends with 0, with none with 2."""
    good = parquet(tmp_path / "good.parquet", [right(FocusVersion.V1_3)])
    bad = parquet(tmp_path / "bad.parquet", [right(FocusVersion.V1_3) | {"ChargeCategory": "Rubbish"}])
    assert run(["focus", "check", str(good)]) == 0
    assert run(["focus", "check", str(bad)]) == 1
    assert "ChargeCategory-VALUE" in capsys.readouterr().out
    assert run(["focus", "check", str(tmp_path / "none.parquet")]) == 2
    with pytest.raises(CallerError, match=r"ends on none of .parquet"):
        check_focus(Path(__file__), FocusVersion.V1_3, LIMITS)


def broken(verdict: FocusVerdict) -> set[str]:
    """Return the rules that are broken."""
    return {one.rule for one in verdict.breaches}
