"""AWS cost and usage reports of an invented account: legacy CSV, legacy Parquet, version 2.0, manifests."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from making.bills.ledger import Charge, same

ACCOUNT, PAYER = "111122223333", "999988887777"
EDP = Decimal("0.09")
ZERO = Decimal(0)
NODE = {"eks:cluster-name": "cluster-0", "team": "shop"}

COLUMNS = (
    "identity/LineItemId", "bill/BillingEntity", "bill/PayerAccountId", "bill/BillingPeriodStartDate",
    "lineItem/UsageAccountId", "lineItem/LineItemType", "lineItem/UsageStartDate", "lineItem/UsageEndDate",
    "lineItem/ProductCode", "lineItem/UsageType", "lineItem/AvailabilityZone", "lineItem/ResourceId",
    "lineItem/CurrencyCode", "lineItem/UnblendedCost", "product/regionCode", "pricing/publicOnDemandCost",
    "reservation/EffectiveCost", "reservation/UnusedRecurringFee",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", "reservation/ReservationARN",
    "savingsPlan/SavingsPlanEffectiveCost", "savingsPlan/TotalCommitmentToDate", "savingsPlan/UsedCommitment",
    "resourceTags/user:team", "resourceTags/user:eks:cluster-name",
)  # fmt: skip
NET_COLUMNS = (
    "lineItem/NetUnblendedCost", "reservation/NetEffectiveCost", "reservation/NetUnusedRecurringFee",
    "savingsPlan/NetSavingsPlanEffectiveCost",
)  # fmt: skip


def price(random: Random, most: str = "2") -> Decimal:
    """Return a price with ten places, as AWS has."""
    return (Decimal(random.random()) * Decimal(most)).quantize(Decimal("1e-10")) + Decimal("1e-10")


def charges(first: datetime, days: int, *, net: bool = False, seed: int = 7) -> list[Charge]:
    """
    Return what the account bought.

    Args:
        first: the first day
        days: how many
        net: the report has net columns, as accounts with an agreement have
        seed: of the prices
    """
    random = Random(seed)
    made: list[Charge] = []
    for number in range(days):
        day = first + timedelta(days=number)
        for hour in (0, 7, 23):
            made += _hour(random, day + timedelta(hours=hour), net=net)
        made += _daily(random, day, net=net)
    return made + _monthly(random, first, net=net)


def _charge(start: datetime, rule: str, line_type: str, costs: tuple[Decimal, ...], **facts: object) -> Charge:
    known: dict[str, object] = {"category": "Other", "service": "AmazonEC2", "account_id": ACCOUNT}
    return Charge(start=start, rule=rule, line_type=line_type, costs=costs, **known | facts)  # type: ignore[arg-type]


def _hour(random: Random, at: datetime, *, net: bool) -> list[Charge]:
    off = (1 - EDP) if net else Decimal(1)
    node = {"category": "Compute", "kubernetes": True, "labels": NODE}
    listed, effective, reserved, spot = (price(random) for _ in range(4))
    commitment, used = effective + price(random), effective
    usage = _charge(
        at, "usage", "Usage", (listed, listed * off, listed, listed * off, listed), provider_id="i-0a1",
        usage_type="EUC1-BoxUsage:m6i.xlarge",
        row={"unblended": listed, "on_demand": listed, "net": listed * off}, **node,
    )  # fmt: skip
    covered = _charge(
        at, "savings plan usage", "SavingsPlanCoveredUsage",
        (listed, listed * off, effective, effective * off, listed), provider_id="i-0a2",
        usage_type="EUC1-BoxUsage:m6i.xlarge",
        row={"unblended": listed, "on_demand": listed, "net": listed * off, "plan": effective,
             "net_plan": effective * off}, **node,
    )  # fmt: skip
    negation = _charge(
        at, "savings plan negation", "SavingsPlanNegation", (ZERO, -listed * off, ZERO, ZERO, -listed),
        row={"unblended": -listed, "net": -listed * off},
    )  # fmt: skip
    fee = _charge(
        at, "commitment fee", "SavingsPlanRecurringFee",
        (ZERO, commitment * off, commitment - used, commitment - used, commitment), service="ComputeSavingsPlans",
        row={"unblended": commitment, "net": commitment * off, "commitment": commitment, "used": used},
    )  # fmt: skip
    discounted = _charge(
        at, "reserved usage", "DiscountedUsage", (listed, ZERO, reserved, reserved * off, ZERO), provider_id="i-0a3",
        usage_type="EUC1-HeavyUsage:m6i.xlarge",
        row={"unblended": ZERO, "net": ZERO, "on_demand": listed, "reserved": reserved,
             "net_reserved": reserved * off}, **node,
    )  # fmt: skip
    cheap = _charge(
        at, "spot usage", "Usage", (listed, spot * off, spot, spot * off, spot), provider_id="i-0a4",
        usage_type="EUC1-SpotUsage:m6i.large", row={"unblended": spot, "on_demand": listed, "net": spot * off}, **node,
    )  # fmt: skip
    made = [usage, covered, negation, fee, discounted, cheap]
    if not net:
        discount = -(listed * EDP).quantize(Decimal("1e-10"))
        made.append(
            _charge(at, "discount", "EdpDiscount", (ZERO, discount, discount, discount, discount),
                    row={"unblended": discount})
        )  # fmt: skip
    return made


def _daily(random: Random, day: datetime, *, net: bool) -> list[Charge]:
    off = (1 - EDP) if net else Decimal(1)

    def plain(rule: str, line_type: str, **facts: object) -> Charge:
        cost = price(random)
        row = {"unblended": cost, "net": cost * off, **facts.pop("row", {})}  # type: ignore[dict-item]
        costs = (cost, cost * off, cost, cost * off, cost)
        return _charge(day, rule, line_type, costs, row=row, hours=24, **facts)

    return [
        plain("usage", "Usage", provider_id="vol-0d1", category="Storage", usage_type="EUC1-EBS:VolumeUsage.gp3",
              kubernetes=True, labels=NODE),
        plain("usage", "Usage", provider_id="i-0a1", category="Network", usage_type="EUC1-DataTransfer-Out-Bytes",
              kubernetes=True, labels=NODE),
        plain("usage", "Usage", provider_id=f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/cluster-0",
              category="Management", service="AmazonEKS", usage_type="EUC1-AmazonEKS-Hours:perCluster",
              kubernetes=True),
        plain("usage", "Usage", provider_id="bills-bucket", category="Storage", service="AmazonS3",
              usage_type="EUC1-TimedStorage-ByteHrs"),
        plain("marketplace", "Usage", service="8xyz", usage_type="MP:seller", row={"entity": "AWS Marketplace"}),
        plain("unmapped", "SomethingNew", service="AmazonEC2"),
    ]  # fmt: skip


def _monthly(random: Random, first: datetime, *, net: bool) -> list[Charge]:
    off = (1 - EDP) if net else Decimal(1)
    fee, unused, upfront = price(random, "900"), price(random, "40"), price(random, "9")
    tax, support, credit, refund, seller = (price(random, "300") for _ in range(5))

    def scaled(cost: Decimal, listed: Decimal | None = None) -> tuple[Decimal, ...]:
        return (cost if listed is None else listed, cost * off, cost, cost * off, cost)

    def row(cost: Decimal, **more: object) -> dict[str, object]:
        return {"unblended": cost, "net": cost * off, **more}

    month = {"hours": 24 * 28}
    return [
        _charge(first, "commitment fee", "RIFee", (ZERO, fee * off, unused + upfront, unused * off + upfront, fee),
                row=row(fee, unused=unused, net_unused=unused * off, upfront=upfront, arn="arn:ri/1"), **month),
        _charge(first, "commitment fee", "Fee", (ZERO, fee * off, ZERO, ZERO, fee), row=row(fee, arn="arn:ri/2")),
        _charge(first, "tax", "Tax", scaled(tax), row=row(tax), **month),
        _charge(first, "support", "Fee", scaled(support), service="OCBPremiumSupport", row=row(support), **month),
        _charge(first, "marketplace", "Fee", scaled(seller), service="5abc",
                row=row(seller, entity="AWS Marketplace"), **month),
        _charge(first, "credit", "Credit", scaled(-credit, ZERO), row=row(-credit)),
        _charge(first, "refund", "Refund", scaled(-refund, ZERO), row=row(-refund)),
    ]  # fmt: skip


def late_credit(day: datetime, cost: str = "-41.5") -> Charge:
    """Return a credit for a day, which comes with a later bill."""
    amount = Decimal(cost)
    return _charge(day, "credit", "Credit", (ZERO, *same(amount)[1:]), row={"unblended": amount, "net": amount})


def rows(of: Sequence[Charge], *, net: bool = False) -> list[dict[str, str]]:
    """Return the report's rows, under the names of the legacy CSV."""
    names = (*COLUMNS, *NET_COLUMNS) if net else COLUMNS
    return [{name: _text(values.get(name, "")) for name in names} for values in map(_row, of)]


def _row(charge: Charge) -> dict[str, object]:
    row = charge.row
    return {
        "identity/LineItemId": str(id(charge)),
        "bill/BillingEntity": row.get("entity", "AWS"),
        "bill/PayerAccountId": PAYER,
        "bill/BillingPeriodStartDate": charge.start.replace(day=1, hour=0),
        "lineItem/UsageAccountId": charge.account_id,
        "lineItem/LineItemType": charge.line_type,
        "lineItem/UsageStartDate": charge.start,
        "lineItem/UsageEndDate": charge.end,
        "lineItem/ProductCode": charge.service,
        "lineItem/UsageType": charge.usage_type,
        "lineItem/ResourceId": charge.provider_id,
        "lineItem/CurrencyCode": charge.currency,
        "lineItem/UnblendedCost": row.get("unblended", ""),
        "product/regionCode": "eu-central-1",
        "pricing/publicOnDemandCost": row.get("on_demand", ""),
        "reservation/EffectiveCost": row.get("reserved", ""),
        "reservation/UnusedRecurringFee": row.get("unused", ""),
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": row.get("upfront", ""),
        "reservation/ReservationARN": row.get("arn", ""),
        "savingsPlan/SavingsPlanEffectiveCost": row.get("plan", ""),
        "savingsPlan/TotalCommitmentToDate": row.get("commitment", ""),
        "savingsPlan/UsedCommitment": row.get("used", ""),
        "resourceTags/user:team": charge.labels.get("team", ""),
        "resourceTags/user:eks:cluster-name": charge.labels.get("eks:cluster-name", ""),
        "lineItem/NetUnblendedCost": row.get("net", ""),
        "reservation/NetEffectiveCost": row.get("net_reserved", ""),
        "reservation/NetUnusedRecurringFee": row.get("net_unused", ""),
        "savingsPlan/NetSavingsPlanEffectiveCost": row.get("net_plan", ""),
    }


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def as_csv_gz(of: Sequence[Charge], *, net: bool = False) -> bytes:
    """Return the legacy report as compressed CSV."""
    made = rows(of, net=net)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(made[0]))
    writer.writeheader()
    writer.writerows(made)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def flat_name(name: str) -> str:
    """Return a column's name as Athena, Parquet and version 2.0 spell it."""
    section, _, rest = name.partition("/")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", f"{section}/{rest}".replace("ReservationARN", "ReservationARN"))
    snake = snake.replace("ARN", "a_r_n").replace(":", "_").replace("-", "_")
    return snake.replace("/", "_").lower()


def as_parquet(of: Sequence[Charge], *, version: int = 1, net: bool = False) -> bytes:
    """Return the report as Parquet: with a column a tag, or in version 2.0 with a map of them."""
    made = rows(of, net=net)
    columns: dict[str, pa.Array] = {}
    for name in made[0]:
        if version != 1 and name.startswith("resourceTags"):
            continue
        columns[flat_name(name)] = _column(name, [row[name] for row in made])
    if version != 1:
        tags = [
            [(f"user_{key.replace(':', '_').replace('-', '_')}", value) for key, value in charge.labels.items()]
            for charge in of
        ]
        columns["resource_tags"] = pa.array(tags, pa.map_(pa.string(), pa.string()))
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _column(name: str, values: list[str]) -> pa.Array:
    if name.endswith(("StartDate", "EndDate")):
        return pa.array([datetime.fromisoformat(v.rstrip("Z")) for v in values], pa.timestamp("ms"))
    if re.search(r"Cost$|Fee$|Period$|Commitment|ToDate$", name):
        return pa.array([float(v) if v else None for v in values], pa.float64())
    return pa.array([v or None for v in values], pa.string())


def manifest(files: Sequence[str], month: datetime) -> bytes:
    """Return the legacy report's manifest."""
    period = {"start": f"{month:%Y%m%d}T000000.000Z"}
    return json.dumps({"assemblyId": "a1", "billingPeriod": period, "reportKeys": list(files)}).encode()


def athena_labels(of: Sequence[Charge]) -> list[Charge]:
    """Return the charges with their tags as Parquet and Athena spell them."""
    return [replace(c, labels={re.sub("[:-]", "_", key): value for key, value in c.labels.items()}) for c in of]
