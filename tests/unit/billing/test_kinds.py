"""Bills that are written in other ways than the ones in the examples: right, or refused in plain words."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fleetcost.billing.columns import ABSENT
from fleetcost.errors import BillDamagedError
from making.bills.reading import read_sets

DAY = datetime(2026, 11, 12, tzinfo=UTC)
FOCUS: dict[str, Any] = {
    "ProviderName": "Hetzner", "SubAccountId": "a", "ServiceName": "S", "ChargeCategory": "Usage", "ResourceId": "r-1",
    "ChargePeriodStart": "2026-11-12T00:00:00Z", "ChargePeriodEnd": "2026-11-12T01:00:00Z", "BillingCurrency": "USD",
    "BilledCost": "1", "EffectiveCost": "1", "SkuId": "k",
}  # fmt: skip
AZURE: dict[str, Any] = {
    "SubscriptionId": "s", "Date": "11/12/2026", "ConsumedService": "Microsoft.Compute", "BillingCurrency": "EUR",
    "MeterCategory": "Virtual Machines", "MeterName": "D4", "Quantity": "24", "ChargeType": "Usage",
}  # fmt: skip
AWS: dict[str, Any] = {
    "lineItem/UsageAccountId": "a", "lineItem/LineItemType": "Usage", "lineItem/ProductCode": "AmazonEC2",
    "lineItem/UsageStartDate": "2026-11-12T00:00:00Z", "lineItem/UsageEndDate": "2026-11-12T01:00:00Z",
    "lineItem/UsageType": "BoxUsage", "lineItem/CurrencyCode": "USD", "lineItem/UnblendedCost": "1",
}  # fmt: skip


def csv(*rows: dict[str, Any]) -> bytes:
    """Write rows of the same columns, each value between quotation marks."""
    lines = [rows[0].keys(), *(row.values() for row in rows)]
    return "".join(",".join('"' + str(one).replace('"', '""') + '"' for one in line) + "\n" for line in lines).encode()


def found(folder: Path, *bills: tuple[str, bytes]) -> list[dict[str, Any]]:
    """Return the rows of the day, in the order of their resources."""
    rows = read_sets(folder, *bills)[DAY].table.to_pylist()
    return sorted(rows, key=lambda row: str(row["provider_id"]))


def test_whatever_stands_for_no_value_is_none(tmp_path: Path) -> None:
    """No word that programs write for NULL makes a commitment, a tag or a resource, in CSV, JSON lines or Parquet."""
    rows = [
        FOCUS | {"CommitmentDiscountId": one, "CommitmentDiscountStatus": one, "Tags": one, "ResourceId": one}
        for one in ABSENT
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    bills = {
        "f.csv": csv(*rows), "f.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode(),
        "f.parquet": (tmp_path / "p.parquet").read_bytes(),
    }  # fmt: skip
    for name, content in bills.items():
        (one,) = found(tmp_path / name.replace(".", "-"), (name, content))
        assert (one["rule"], one["labels"], one["provider_id"]) == ("usage", [], "")
        assert one["net_cost"] == len(ABSENT)


@pytest.mark.parametrize("value", ["0026-11-12", "1970-01-01", "9999-12-31", "2026-11-12 (BC)"])
def test_a_year_of_no_bill_is_refused(tmp_path: Path, value: str) -> None:
    """A date whose year was cut off, or that stands for none, is no day of a cost, as text or as a type."""
    with pytest.raises(BillDamagedError, match=r"line 2: ChargePeriodStart is .* which is no date from 2000 to 2099"):
        read_sets(tmp_path, ("f.csv", csv(FOCUS | {"ChargePeriodStart": value})))
    pq.write_table(
        pa.Table.from_pylist([FOCUS | {"ChargePeriodStart": datetime(26, 11, 12, tzinfo=UTC)}]), tmp_path / "p.parquet"
    )
    with pytest.raises(BillDamagedError, match=r"row 1: ChargePeriodStart is .0026-11-12"):
        read_sets(tmp_path, ("f.parquet", (tmp_path / "p.parquet").read_bytes()))


def test_a_house_is_known_by_any_of_its_names(tmp_path: Path) -> None:
    """A publisher that is the provider, or the brand's maker who also writes the invoice, makes no marketplace."""
    cases = [
        ("Hetzner", "Hetzner Online GmbH", "", "usage"), ("OVHcloud", "OVH SAS", "", "usage"),
        ("IBM Cloud", "IBM", "IBM", "usage"), ("Scaleway", "Scaleway S.A.S.", "", "usage"),
        ("Exoscale", "Akenes SA", "Akenes SA", "usage"), ("AWS", "Amazon Web Services EMEA SARL", "AWS", "usage"),
        ("Google", "Google Cloud EMEA Limited", "Google", "usage"), ("AWS", "Datadog", "AWS", "marketplace"),
        ("AWS", "Datadog", "Datadog", "marketplace"), ("Snowflake", "Snowflake Inc.", "AWS", "marketplace"),
        ("Hetzner", "Cloudflare, Inc.", "Hetzner", "marketplace"),
    ]  # fmt: skip
    rows = [
        FOCUS
        | {"ProviderName": name, "PublisherName": seller, "InvoiceIssuerName": issuer, "ResourceId": f"{place:02}"}
        for place, (name, seller, issuer, _) in enumerate(cases)
    ]
    assert [row["rule"] for row in found(tmp_path, ("f.csv", csv(*rows)))] == [rule for *_, rule in cases]


def test_categories_are_words_and_not_spellings(tmp_path: Path) -> None:
    """Service categories in any case give the same categories."""
    cases = {
        "networking": "Network",
        "STORAGE": "Storage",
        "compute": "Compute",
        "management and Governance": "Management",
    }
    rows = [FOCUS | {"ServiceCategory": one, "ResourceId": f"{place}"} for place, one in enumerate(cases)]
    assert [row["category"] for row in found(tmp_path, ("f.csv", csv(*rows)))] == list(cases.values())


def test_a_resources_own_tag_counts_before_an_inherited_one_in_text_too(tmp_path: Path) -> None:
    """Google's list of tags as JSON in a CSV gives what its structures give."""
    tags = [
        {"key": "team", "value": "folder", "x_inherited": True},
        {"key": "team", "value": "own", "x_inherited": False},
    ]
    (row,) = found(tmp_path, ("f.csv", csv(FOCUS | {"Tags": json.dumps(tags)})))
    assert row["labels"] == [("team", "own")]


@pytest.mark.parametrize(
    ("more", "currency", "costs"),
    [
        ({"CostInBillingCurrency": "9", "PricingCurrency": "USD", "PayGPrice": "1"}, "EUR", ("9", "9")),
        ({"CostInBillingCurrency": "9", "PricingCurrency": "EUR", "PayGPrice": "1"}, "EUR", ("24", "9")),
        (
            {"CostInPricingCurrency": "9", "PricingCurrency": "USD", "ExchangeRatePricingToBilling": "0"},
            "USD",
            ("9", "9"),
        ),
        (
            {
                "CostInPricingCurrency": "10",
                "PricingCurrency": "USD",
                "PayGPrice": "1",
                "ExchangeRatePricingToBilling": "0.9",
            },
            "EUR",
            ("21.6", "9"),
        ),
    ],
    ids=["no rate", "one currency", "a rate of zero", "a rate"],
)
def test_azure_prices_are_in_the_currency_they_are_called(
    tmp_path: Path, more: dict[str, str], currency: str, costs: tuple[str, str]
) -> None:
    """A price in a currency for which the row has no rate is none; list and cost are of the currency that is named."""
    (row,) = found(tmp_path, ("a.csv", csv(AZURE | more)))
    assert (row["currency"], row["list_cost"], row["net_cost"]) == (currency, Decimal(costs[0]), Decimal(costs[1]))


@pytest.mark.parametrize(
    ("bill", "days", "first"),
    [
        (AWS | {"lineItem/UsageStartDate": "2026-11-01", "lineItem/UsageEndDate": "2026-12-01"}, 30, "0.033333333"),
        (FOCUS | {"ChargePeriodStart": "2026-11-11", "ChargePeriodEnd": "2026-11-13T23:59:59Z"}, 3, "0.333333333"),
        (FOCUS | {"ChargePeriodStart": "2026-11-12T23:00:00Z", "ChargePeriodEnd": "2026-11-13T01:00:00Z"}, 1, "1"),
        (
            FOCUS | {"ChargeCategory": "Tax", "ChargePeriodStart": "2026-11-12", "ChargePeriodEnd": "2026-11-30"},
            1,
            "1",
        ),
        (
            AZURE | {"Date": "11/10/2026", "ChargeType": "Purchase", "Cost": "1", "ServicePeriodEndDate": "11/19/2026"},
            10,
            "0.1",
        ),
        (AZURE | {"Cost": "1", "ServicePeriodEndDate": "11/30/2026"}, 1, "1"),
    ],
    ids=["use of a month", "days that end a second early", "over midnight", "a tax", "an Azure purchase", "Azure use"],
)
def test_a_charge_for_days_lies_on_them(tmp_path: Path, bill: dict[str, str], days: int, first: str) -> None:
    """Amortized, each day has its part; a tax and what runs over midnight stay, and so does what was invoiced."""
    totals = [made.header.totals[0] for made in read_sets(tmp_path, ("bill.csv", csv(bill))).values()]
    assert len(totals) == days
    assert [one.invoiced_cost for one in totals] == [1] + [0] * (days - 1)
    assert min(one.amortized_net_cost for one in totals) == Decimal(first)
    assert sum(one.amortized_net_cost for one in totals) == 1


def test_a_credit_in_columns_of_its_own_counts(tmp_path: Path) -> None:
    """A flat GCP dump with `credits.type` and `credits.amount` is not read as if nothing had been credited."""
    row = {
        "service.description": "Compute Engine", "sku.description": "N2 Instance Core", "cost": "16", "currency": "USD",
        "usage_start_time": "2026-11-12 00:00:00 UTC", "credits.type": "PROMOTION", "credits.amount": "-1",
        "resource.name": "gke-a",
    }  # fmt: skip
    (made,) = found(tmp_path, ("dump.csv", csv(row)))
    assert (made["list_cost"], made["amortized_cost"], made["net_cost"]) == (16, 16, 15)


@pytest.mark.parametrize(
    ("credited", "said"),
    [
        ({}, "it has no column credits"),
        ({"credits.type": "PROMOTION"}, "it has no column credits"),
        ({"credits": -1.0}, "credits are no list of types and amounts"),
        ({"credits": []}, None),
        ({"credits": None}, None),
        ({"credits": "[]"}, None),
    ],
)
def test_what_was_credited_is_known_or_the_bill_is_refused(
    tmp_path: Path, credited: dict[str, Any], said: str | None
) -> None:
    """A GCP dump without credits, or with a figure in their place, is no bill of which nothing was credited."""
    row = {
        "service_description": "Compute Engine", "sku_description": "N2 Instance Core", "cost": 16.0,
        "currency": "USD", "usage_start_time": DAY, "resource_name": "gke-a", **credited,
    }  # fmt: skip
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "dump.parquet")
    bill = ("dump.parquet", (tmp_path / "dump.parquet").read_bytes())
    if said is None:
        (made,) = found(tmp_path, bill)
        assert made["net_cost"] == 16
    else:
        with pytest.raises(BillDamagedError, match=f"dump.parquet.*{said}"):
            read_sets(tmp_path, bill)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (csv(FOCUS) + b"1,2,3\n", "line 3: 3 values, and the headers are 11"),
        (csv(FOCUS) + b'H,"S\n', "line 3: a quotation mark without its other one"),
        (csv(FOCUS | {"ServiceName": "x"}).replace(b'"x"', b'"\xfc"'), "signs that are not in UTF-8"),
        (b"x" * 300_000 + b",y\n1,2\n", "of no form known here"),
        (csv(FOCUS | {"Tags": "{'a': 1}"}), "line 2: Tags is \"{'a': 1}\", which is no JSON"),
    ],
    ids=["a short line", "a torn line", "another encoding", "no headers", "no JSON"],
)
def test_what_is_torn_is_refused_in_plain_words(tmp_path: Path, content: bytes, said: str) -> None:
    """The message names the line and what is wrong with it, and nothing of the engine's."""
    with pytest.raises(BillDamagedError) as refused:
        read_sets(tmp_path, ("f.csv", content))
    assert said in str(refused.value)
    assert "Error" not in str(refused.value)


def test_a_title_above_the_headers_and_any_sign_between_values(tmp_path: Path) -> None:
    """Lines above the headers are left out; semicolons and tabs divide as commas do; an array of JSON is its rows."""
    plain = found(tmp_path / "plain", ("f.csv", csv(FOCUS)))
    for name, content in {
        "titled.csv": b"Usage of November\n\n" + csv(FOCUS), "semicolons.csv": csv(FOCUS).replace(b'","', b'";"'),
        "tabs.csv": csv(FOCUS).replace(b'","', b'"\t"'), "array.json": json.dumps([FOCUS]).encode(),
    }.items():  # fmt: skip
        assert found(tmp_path / name, (name, content)) == plain


@pytest.mark.parametrize(
    "names", [("b.csv", "b.csv.gz"), ("b-00005.csv", "b-00006.csv"), ("b.csv", "b (1).csv"), ("1/b.csv", "2/b.csv")]
)
def test_the_same_charges_twice_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    """A packed copy, snapshots with numbers that are no parts', a second download: both files are named."""
    for folder in ("1", "2"):
        (tmp_path / folder).mkdir()
    contents = [gzip.compress(csv(FOCUS)) if name.endswith("gz") else csv(FOCUS) for name in names]
    with pytest.raises(BillDamagedError) as refused:
        read_sets(tmp_path, *zip(names, contents, strict=True))
    assert f"{names[0]} and {names[1]} hold the same charges" in str(refused.value)


def test_two_forms_of_one_charge_are_refused(tmp_path: Path) -> None:
    """A FOCUS export writes a machine's ARN where a cost and usage report writes its number: it is one machine."""
    focus = FOCUS | {"ProviderName": "AWS", "ResourceId": "arn:aws:ec2:eu-west-1:1:instance/i-1"}
    with pytest.raises(BillDamagedError, match=r"cur\.csv and focus\.csv hold the same charges"):
        read_sets(tmp_path, ("cur.csv", csv(AWS | {"lineItem/ResourceId": "i-1"})), ("focus.csv", csv(focus)))


def test_rows_of_one_charge_are_told_apart_where_their_amounts_are(tmp_path: Path) -> None:
    """Of rows of the same texts, one without a net cost has its gross one, and a correction below zero is a refund."""
    report = [AWS | {"lineItem/NetUnblendedCost": net} for net in ("0.25", "", "0.5")]
    assert [row["net_cost"] for row in found(tmp_path, ("cur.csv", csv(*report)))] == [Decimal("1.75")]
    charges = [
        FOCUS | {"ChargeClass": "Correction", "BilledCost": cost, "EffectiveCost": cost} for cost in ("2", "-5", "1")
    ]
    rows = found(tmp_path, ("focus.csv", csv(*charges)))
    assert {row["rule"]: (row["net_cost"], row["list_cost"]) for row in rows} == {"usage": (3, 3), "refund": (-5, 0)}
    assert [(row["start"].hour, row["end"].hour) for row in rows] == [(0, 1), (0, 1)]
