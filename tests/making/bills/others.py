"""Azure exports, GCP exports and FOCUS files of an invented fleet, each beside the ledger's charges."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from making.bills.amazon import price
from making.bills.ledger import Charge, Costs

ZERO = Decimal(0)
SUBSCRIPTION = "0d2f8c1e-0000-4000-8000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/MC_c2/providers/Microsoft.Compute"
SET, DISK = f"{GROUP}/virtualMachineScaleSets/aks-gpu-vmss", f"{GROUP}/disks/pvc-1"
AKS = {"aks-managed-poolName": "gpu", "team": "research"}
GKE = {"goog-k8s-cluster-name": "cluster-1", "team": "data"}


def _azure(
    start: datetime, rule: str, charge_type: str, cost: Decimal, listed: Decimal | None = None, **facts: object
) -> Charge:
    listed = cost if listed is None else listed
    known: dict[str, object] = {
        "category": "Other", "account_id": SUBSCRIPTION, "currency": "EUR", "hours": 24, "service": "Microsoft.Compute",
    }  # fmt: skip
    costs: Costs = (listed, cost, cost, cost, cost)
    return Charge(start=start, rule=rule, line_type=charge_type, costs=costs, **known | facts)  # type: ignore[arg-type]


def azure(first: datetime, days: int, seed: int = 11) -> list[Charge]:
    """Return an amortized export's charges: machines, disks, reservations, plans, spot, marketplace, refunds."""
    random = Random(seed)
    made = []
    for number in range(days):
        day = first + timedelta(days=number)
        node = {"category": "Compute", "kubernetes": True, "labels": AKS, "provider_id": f"{SET}/virtualMachines/3"}

        def machine(rule: str, model: str, day: datetime = day, node: dict[str, object] = node) -> Charge:
            listed, cost = price(random), price(random)
            row = {"pricing_model": model, "meter_category": "Virtual Machines", "list_price": listed}
            return _azure(day, rule, "Usage", cost, listed * 2, usage_type=f"NC24 {model}", row=row, **node)

        made += [
            machine("usage", "OnDemand"), machine("reserved usage", "Reservation"),
            machine("savings plan usage", "SavingsPlan"), machine("spot usage", "Spot"),
            _azure(day, "usage", "Usage", price(random), category="Storage", provider_id=DISK, usage_type="P10 LRS",
                   kubernetes=False, row={"meter_category": "Storage", "pricing_model": "OnDemand"}),
            _azure(day, "usage", "Usage", price(random), category="Network", service="Microsoft.Network",
                   usage_type="Egress", row={"meter_category": "Bandwidth", "pricing_model": "OnDemand"}),
            _azure(day, "commitment fee", "UnusedReservation", price(random), ZERO, usage_type="NC24 unused"),
            _azure(day, "marketplace", "Usage", price(random), service="vendor", row={"publisher": "Marketplace"}),
            _azure(day, "unmapped", "Surprise", price(random), usage_type="what"),
        ]  # fmt: skip
    made += [
        _azure(first, "refund", "Refund", -price(random, "90"), ZERO),
        _azure(first, "adjustment", "RoundingAdjustment", Decimal("0.004")),
        _azure(first, "fee", "Purchase", price(random, "50"), service="Microsoft.Dns"),
    ]
    return made


AZURE_COLUMNS = (
    "Date", "SubscriptionId", "ResourceId", "MeterCategory", "MeterName", "ConsumedService", "CostInBillingCurrency",
    "PayGPrice", "Quantity", "BillingCurrencyCode", "ChargeType", "PricingModel", "PublisherType", "Tags",
    "AdditionalInfo",
)  # fmt: skip
PAY_AS_YOU_GO = {
    "Date": "UsageDateTime", "SubscriptionId": "SubscriptionGuid", "ResourceId": "InstanceId", "Quantity":
    "UsageQuantity", "CostInBillingCurrency": "PreTaxCost", "BillingCurrencyCode": "Currency",
}  # fmt: skip
"""How the older agreements call the same columns."""

GERMAN = {
    "Date": "Datum (Date)",
    "Quantity": "Menge (Quantity)",
    "CostInBillingCurrency": "Kosten (CostInBillingCurrency)",
}


def _azure_row(charge: Charge) -> dict[str, str]:
    machine = charge.provider_id.endswith("/virtualMachines/3")
    tags = json.dumps(dict(charge.labels))[1:-1]
    listed = charge.row.get("list_price")
    flat = charge.costs[0] if charge.rule not in {"refund", "commitment fee"} else Decimal(1)
    return {
        "Date": f"{charge.start:%m/%d/%Y}", "SubscriptionId": charge.account_id,
        "ResourceId": SET if machine else charge.provider_id,
        "MeterCategory": str(charge.row.get("meter_category", "")), "MeterName": charge.usage_type,
        "ConsumedService": charge.service, "CostInBillingCurrency": f"{charge.costs[1]:f}",
        "PayGPrice": f"{listed if listed is not None else flat:f}", "Quantity": "2" if listed is not None else "1",
        "BillingCurrencyCode": charge.currency, "ChargeType": charge.line_type,
        "PricingModel": str(charge.row.get("pricing_model", "")),
        "PublisherType": str(charge.row.get("publisher", "Azure")), "Tags": tags,
        "AdditionalInfo": json.dumps({"VMName": "aks-gpu-vmss_3"}) if machine else "",
    }  # fmt: skip


def azure_csv(
    of: Sequence[Charge], names: dict[str, str] | None = None, *, localised: bool = False, braces: bool = False
) -> bytes:
    """Return an export as CSV with a byte order mark: with other headers, a comma for a point, tags in braces."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if localised else ",", lineterminator="\r\n")
    writer.writerow([(names or {}).get(name, name) for name in AZURE_COLUMNS])
    for charge in of:
        row = _azure_row(charge)
        if localised:
            row["Date"] = f"{charge.start:%d.%m.%Y}"
            for name in ("CostInBillingCurrency", "PayGPrice", "Quantity"):
                row[name] = row[name].replace(".", ",")
        if braces:
            row["Tags"] = json.dumps(dict(charge.labels)) if charge.labels else ""
        writer.writerow(row.values())
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def azure_parquet(of: Sequence[Charge]) -> bytes:
    """Return an export as Parquet, with lower-case first letters, dates and numbers."""
    rows = [_azure_row(charge) for charge in of]
    columns = {}
    for name in AZURE_COLUMNS:
        values = [row[name] for row in rows]
        array = pa.array(values)
        if name in {"CostInBillingCurrency", "PayGPrice", "Quantity"}:
            array = pa.array([float(value) for value in values])
        if name == "Date":
            array = pa.array([charge.start.replace(tzinfo=None) for charge in of], pa.timestamp("ms"))
        columns[name[0].lower() + name[1:]] = array
    return _parquet(pa.table(columns))


def google(first: datetime, days: int, seed: int = 13) -> list[Charge]:
    """Return a detailed export's charges: machines with commitments, credits, spot, marketplace, taxes, fees."""
    random = Random(seed)
    made = []

    def row(start: datetime, rule: str, sku: str, credits_: dict[str, Decimal], **facts: object) -> Charge:
        cost, more = price(random), price(random)
        committed = sum((v for k, v in credits_.items() if "COMMITTED" in k or "SUSTAINED" in k), ZERO)
        net = cost + sum(credits_.values(), ZERO)
        listed = ZERO if rule in {"commitment fee", "refund"} else cost + more
        costs: Costs = (listed, net, cost + committed, net, net)
        known: dict[str, object] = {
            "category": "Other", "service": "Compute Engine", "account_id": "fleet-1", "line_type": "regular",
            "row": {"cost": cost, "list": cost + more, "credits": credits_, **facts.pop("row", {})},  # type: ignore[dict-item]
        }  # fmt: skip
        return Charge(start=start, rule=rule, usage_type=sku, costs=costs, **known | facts)  # type: ignore[arg-type]

    for number in range(days):
        for hour in (0, 13):
            at = first + timedelta(days=number, hours=hour)
            node = {"kubernetes": True, "labels": GKE, "provider_id": "gke-c1-batch-1", "category": "Compute"}
            off = -price(random)
            made += [
                row(at, "usage", "N2 Instance Core running in Netherlands", {"SUSTAINED_USAGE_DISCOUNT": off}, **node),
                row(at, "reserved usage", "N2 Instance Ram running in Netherlands",
                    {"COMMITTED_USAGE_DISCOUNT": off, "PROMOTION": off / 2}, **node),
                row(at, "savings plan usage", "E2 Instance Core running in Netherlands",
                    {"COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE": off}, **node),
                row(at, "spot usage", "Spot Preemptible N2 Instance Core", {}, **node),
                row(at, "usage", "Storage PD Capacity in Netherlands", {},
                    **node | {"category": "Storage", "provider_id": "pvc-7"}),
                row(at, "usage", "Network Inter Zone Egress", {"FREE_TIER": off}, category="Network"),
                row(at, "usage", "Zonal Kubernetes Clusters", {}, category="Management", service="Kubernetes Engine",
                    kubernetes=True),
                row(at, "commitment fee", "Commitment v1: N2 Cpu in Netherlands for 1 Year", {}),
                row(at, "marketplace", "Vendor thing", {}, service="Vendor", row={"seller": "Vendor GmbH"}),
                row(at, "unmapped", "Odd", {}, line_type="surcharge"),
            ]  # fmt: skip
    made += [
        row(first, "tax", "Tax", {}, service="Invoice", line_type="tax"),
        row(first, "adjustment", "Rounding error", {}, service="Invoice", line_type="rounding_error"),
        row(first, "support", "Enhanced", {}, service="Cloud Support"),
    ]
    return made


def google_rows(of: Sequence[Charge]) -> list[dict[str, object]]:
    """Return the export's nested rows."""
    return [
        {
            "billing_account_id": "01AB-CD", "service": {"id": "1", "description": charge.service},
            "sku": {"id": "2", "description": charge.usage_type}, "usage_start_time": _utc(charge.start),
            "usage_end_time": _utc(charge.end), "project": {"id": charge.account_id, "name": "Fleet"},
            "labels": [{"key": key, "value": value} for key, value in charge.labels.items()],
            "system_labels": [], "location": {"region": "europe-west4", "zone": "europe-west4-a"},
            "resource": {"name": charge.provider_id or None, "global_name": None},
            "cost": float(str(charge.row["cost"])), "cost_at_list": float(str(charge.row["list"])),
            "currency": charge.currency,
            "credits": [
                {"name": kind, "amount": float(value), "type": kind}
                for kind, value in charge.row["credits"].items()  # type: ignore[attr-defined]
            ],
            "invoice": {"month": f"{charge.start:%Y%m}"}, "cost_type": charge.line_type,
            "seller_name": charge.row.get("seller"),
        }
        for charge in of
    ]  # fmt: skip


def google_json(of: Sequence[Charge]) -> bytes:
    """Return the export as a dump of JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in google_rows(of)).encode()


def google_parquet(of: Sequence[Charge]) -> bytes:
    """Return the export as a dump in Parquet, with structs and lists."""
    pair = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
    rows = google_rows(of)
    made = pa.Table.from_pylist(rows)
    at = made.schema.get_field_index("system_labels")
    made = made.set_column(at, "system_labels", pa.array([[] for _ in rows], pair))
    names = pa.struct([("name", pa.string()), ("global_name", pa.string())])
    at = made.schema.get_field_index("resource")
    made = made.set_column(at, "resource", pa.array([row["resource"] for row in rows], names))
    times = {name: pa.array([datetime.fromisoformat(str(row[name])) for row in rows], pa.timestamp("us", "UTC"))
             for name in ("usage_start_time", "usage_end_time")}  # fmt: skip
    for name, column in times.items():
        made = made.set_column(made.schema.get_field_index(name), name, column)
    return _parquet(made)


def google_csv(of: Sequence[Charge]) -> bytes:
    """Return the export as a flat CSV: structs as dotted columns, lists as JSON."""
    text = io.StringIO()
    flat = [
        {
            "service.description": row["service"]["description"], "sku.description": row["sku"]["description"],  # type: ignore[index]
            "project.id": row["project"]["id"], "project.name": "Fleet",  # type: ignore[index]
            "location.region": "europe-west4", "location.zone": "europe-west4-a",
            "resource.name": row["resource"]["name"] or "",  # type: ignore[index]
            **{name: json.dumps(row[name]) for name in ("labels", "system_labels", "credits")},
            **{name: row[name] for name in ("billing_account_id", "usage_start_time", "usage_end_time", "cost",
                                            "cost_at_list", "currency", "cost_type", "seller_name")},
        }
        for row in google_rows(of)
    ]  # fmt: skip
    writer = csv.DictWriter(text, list(flat[0]))
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue().encode()


def focus(first: datetime, days: int, seed: int = 17, currency: str = "JPY") -> list[Charge]:
    """Return a FOCUS file's charges."""
    random = Random(seed)
    made = []

    def row(start: datetime, rule: str, category: str, kind: str = "Usage", **facts: object) -> Charge:
        billed, effective, listed = (price(random, "9000") for _ in range(3))
        sign = -1 if rule in {"credit", "refund"} else 1
        billed, effective = sign * billed, sign * effective
        shown = ZERO if rule in {"commitment fee", "credit", "refund"} else listed
        # A purchase that covers later charges is not amortized itself, whatever the file says.
        amortized = ZERO if rule == "commitment fee" and kind == "Purchase" else effective
        costs: Costs = (shown, billed, amortized, amortized, billed)
        known: dict[str, object] = {
            "account_id": "sub-1", "service": "Compute", "currency": currency,
            "row": {"listed": listed, "effective": effective, **facts.pop("row", {})},  # type: ignore[dict-item]
        }  # fmt: skip
        return Charge(start=start, rule=rule, category=category, line_type=kind, costs=costs, **known | facts)  # type: ignore[arg-type]

    for number in range(days):
        at = first + timedelta(days=number, hours=5)
        node = {"provider_id": "vm-1", "labels": GKE, "kubernetes": True, "row": {"service_category": "Compute"}}
        plan = {"commitment": "cd-1", "commitment_category": "Spend", "service_category": "Compute"}
        made += [
            row(at, "usage", "Compute", **node),
            row(at, "spot usage", "Compute", **node | {"row": {"pricing": "Dynamic", "service_category": "Compute"}}),
            row(at, "savings plan usage", "Compute", **node | {"row": plan}),
            row(at, "reserved usage", "Compute", **node | {"row": plan | {"commitment_category": "Usage"}}),
            row(at, "commitment fee", "Other", row=plan | {"status": "Unused"}),
            row(at, "usage", "Network", row={"service_category": "Networking"}, service="Net"),
            row(at, "usage", "Storage", row={"service_category": "Storage"}, service="Disk", provider_id="disk-1"),
            row(at, "marketplace", "Other", row={"publisher": "Vendor"}, service="Thing"),
            row(at, "unmapped", "Other", "Novel"),
        ]
    made += [
        row(first, "commitment fee", "Other", "Purchase", row={"commitment": "cd-1"}),
        row(first, "fee", "Other", "Purchase", service="Domain"), row(first, "tax", "Other", "Tax"),
        row(first, "credit", "Other", "Credit"), row(first, "adjustment", "Other", "Adjustment"),
        row(first, "refund", "Other", "Usage", row={"class": "Correction"}),
        row(first, "support", "Other", "Usage", service="Premium Support"),
    ]  # fmt: skip
    return made


def _focus_rows(of: Sequence[Charge], version: str) -> list[dict[str, object]]:
    made = []
    for charge in of:
        row = charge.row
        made.append({
            "BilledCost": charge.costs[1], "EffectiveCost": row["effective"], "ListCost": row["listed"],
            "ContractedCost": row["listed"], "BillingCurrency": charge.currency, "ChargeCategory": charge.line_type,
            "ChargeClass": row.get("class"), "ChargePeriodStart": charge.start, "ChargePeriodEnd": charge.end,
            "ProviderName": "Elsewhere", "PublisherName": row.get("publisher", "Elsewhere"),
            "ServiceName": charge.service, "ServiceCategory": row.get("service_category", "Other"),
            "SubAccountId": charge.account_id, "BillingAccountId": "b-1", "RegionId": "r-1",
            "ResourceId": charge.provider_id or None, "CommitmentDiscountId": row.get("commitment"),
            "CommitmentDiscountCategory": row.get("commitment_category"),
            "CommitmentDiscountStatus": row.get("status"), "PricingCategory": row.get("pricing", "Standard"),
            "Tags": dict(charge.labels),
            **({"InvoiceId": "inv-1", "PricingCurrency": charge.currency} if version == "1.2" else {}),
        })  # fmt: skip
    return made


def focus_csv(of: Sequence[Charge], version: str = "1.0") -> bytes:
    """Return a FOCUS file as CSV; tags are JSON."""
    text = io.StringIO()
    rows = _focus_rows(of, version)
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    for row in rows:
        times = {name: _utc(row[name]) for name in ("ChargePeriodStart", "ChargePeriodEnd")}  # type: ignore[arg-type]
        writer.writerow(row | times | {"Tags": json.dumps(row["Tags"])})
    return text.getvalue().encode()


def focus_parquet(of: Sequence[Charge], version: str = "1.2") -> bytes:
    """Return a FOCUS file as Parquet; tags are a map, costs decimals."""
    rows = _focus_rows(of, version)
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name == "Tags":
            columns[name] = pa.array([list(v.items()) for v in values], pa.map_(pa.string(), pa.string()))  # type: ignore[attr-defined]
        elif name.endswith("Cost"):
            columns[name] = pa.array(values, pa.decimal128(38, 15))
        else:
            columns[name] = pa.array(values)
    return _parquet(pa.table(columns))


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()
