"""A month of bills in three currencies: sums are exact, and no two currencies meet in one."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from compat.asgi import AsgiClient
from compat.engine import PAGE, services_of
from compat.fleets import Bill, Fleet, ingested, time
from fleetcost.api.app import create_app
from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.model.window import Window

START = time("2024-01-01")
CURRENCIES = ("EUR", "JPY", "USD")


def test_sums_of_a_month_are_exact_in_every_currency(tmp_path: Path) -> None:
    """Each of the five costs of each service and currency is the sum that exact numbers give."""
    chance = random.Random(31)
    truth: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    bills = []
    for offset in range(31):
        window = Window(START + timedelta(days=offset), START + timedelta(days=offset + 1))
        rows = []
        for number in range(30):
            row = {
                "provider": "AWS",
                "service": f"s{number % 4}",
                "currency": CURRENCIES[number % 3],
                "provider_id": f"r{number}",
            }
            most = 10**15 if row["currency"] == "JPY" else 10**12
            costs = {name: Decimal(chance.randint(-most, 9 * most)).scaleb(-9) for name in CLOUD_COSTS}
            for name, cost in costs.items():
                truth[row["currency"], row["service"], name] += cost
            rows.append(row | costs)
        bills.append(Bill("aws-1", window, rows))
    made = ingested(Fleet("month", time("2024-02-10"), (), bills), tmp_path)
    with AsgiClient(create_app(services_of(made, tmp_path), PAGE)) as client:
        answer = client.ask("/api/v1/cloudcosts?window=1704067200,1706745600&aggregate=service").document
        sums = ", ".join(f"sum({name})" for name in CLOUD_COSTS)
        with made.database.snapshot() as snapshot:
            exact = snapshot.rows(f"SELECT currency, service, {sums} FROM cloud_cost_1d GROUP BY 1, 2")
    found = {
        (currency, service, n): cost
        for currency, service, *costs in exact
        for n, cost in zip(CLOUD_COSTS, costs, strict=True)
    }
    assert found == dict(truth)
    reported = {(row["currency"], row["name"], name): row[name] for row in answer["rows"] for name in CLOUD_COSTS}
    assert reported == {key: float(cost) for key, cost in truth.items()}
    assert [one["currency"] for one in answer["by_currency"]] == list(CURRENCIES)
    for one in answer["by_currency"]:
        own = [key for key in truth if (key[0], key[2]) == (one["currency"], "net_cost")]
        whole = sum(truth[key] for key in own)
        assert round(Decimal(one["totals"]["net_cost"]), 2) == round(whole, 2)
    assert (answer["currency"], answer["totals"], answer["series"]) == ("", {}, [])
    made.database.close()
