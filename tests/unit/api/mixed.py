"""A fleet in three currencies with its bills, and a plain ledger of decimals that says what is true of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bills import cloud_cost, cloud_set
from builders import DAY, allocation, allocation_set, asset_set, bucket_of, day, money, node
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.rates.book import RateBook
from fleetcost.rates.table import ExchangeRate, RateKind, RateTable
from fleetcost.sets.cloud.publish import publish

CLUSTERS = {"eu": "EUR", "jp": "JPY", "us": "USD"}
SHOPS = ("front", "search")
PARTS = (*SHOPS, "idle")
"""What each cluster costs: its shops, and what nobody claimed of its node."""
DAYS = (0, 1, 2)
WINDOW = "2026-01-10T00:00:00Z,2026-01-13T00:00:00Z"
FRIDAY = date(2026, 1, 9)
RATES = {
    FRIDAY: {"USD": "1.1623", "JPY": "178.35"},
    FRIDAY + timedelta(days=3): {"USD": "1.1655", "JPY": "179.02"},
}
"""As the European Central Bank would publish them: the days 0 and 1 of the fleet are Saturday and Sunday."""
NO_YEN = {day: {name: rate for name, rate in own.items() if name != "JPY"} for day, own in RATES.items()}

_PLACES = {9: Decimal("1e-9"), 12: Decimal("1e-12")}


def amount(cluster: str, part: str, number: int) -> Decimal:
    """Return what one part costs in one cluster on one day, in the cluster's currency; every one is another."""
    size = Decimal(900) if CLUSTERS[cluster] == "JPY" else Decimal(7)
    return size + money(f"0.{len(cluster) + len(part):03}{number + 1:03}{ord(part[0]) + ord(cluster[0]):03}")


def fleet_bucket(change: Decimal = Decimal()) -> MemoryBucket:
    """
    Return a bucket with the fleet and one bill per currency and day.

    Args:
        change: what an agent's own bill changed of each part, beside its list price
    """
    sets = []
    for number in DAYS:
        window = day(number)
        for cluster, currency in CLUSTERS.items():
            rows = [
                allocation(
                    window,
                    namespace=shop,
                    pod=shop,
                    pod_uid=shop,
                    cpu_cost=amount(cluster, shop, number),
                    cpu_cost_adjustment=change,
                )
                for shop in SHOPS
            ]
            whole = sum((amount(cluster, part, number) for part in PARTS), Decimal())
            sets.append(allocation_set(rows, window, cluster, currency=currency))
            machine = node(window, cpu_core_hours=24, cpu_cost=whole, adjustment=change * len(PARTS))
            sets.append(asset_set([machine], window, cluster, currency=currency))
    bucket = bucket_of(*sets)
    for cluster, currency in CLUSTERS.items():
        for number in DAYS:
            rows = [
                cloud_cost(number, currency=currency, service=part, provider_id=f"{cluster}-{part}", **{
                    name: amount(cluster, part, number)
                    for name in ("list_cost", "net_cost", "amortized_net_cost", "invoiced_cost", "amortized_cost")
                })
                for part in PARTS
            ]  # fmt: skip
            publish(bucket, cloud_set(rows, number, f"bill-{cluster}"))
    return bucket


def rate_table(rates: Mapping[date, Mapping[str, str]] = RATES, version: int = 1, name: str = "ecb") -> RateTable:
    """Return a daily table of rates against the euro."""
    rows = [ExchangeRate(on, "EUR", quote, Decimal(rate)) for on, own in rates.items() for quote, rate in own.items()]
    return RateTable(name, version, RateKind.DAILY, tuple(sorted(rows)))


def book(*tables: RateTable) -> RateBook:
    """Return a book that knows some tables."""
    made = RateBook()
    made.know({one.name: one for one in tables})
    return made


def factor(of: str, into: str, number: int, rates: Mapping[date, Mapping[str, str]] = RATES) -> Decimal | None:
    """Return what one unit is worth on a day of the fleet: by the newest rates that are at most seven days old."""
    if of == into:
        return Decimal(1)
    for age in range(8):
        own = rates.get(DAY.date() + timedelta(days=number - age), {})
        quoted = {"EUR": Decimal(1)} | {name: Decimal(rate) for name, rate in own.items()}
        if own and of in quoted and into in quoted:
            return (quoted[into] / quoted[of]).quantize(_PLACES[12], ROUND_HALF_UP)
    return None


def ledger(
    into: str,
    clusters: Iterable[str] = tuple(CLUSTERS),
    parts: Iterable[str] = PARTS,
    days: Iterable[int] = DAYS,
    rates: Mapping[date, Mapping[str, str]] = RATES,
    change: Decimal = Decimal(),
) -> Decimal:
    """Return what a part of the fleet costs in one currency; what has no rate is left out. Rounded once, at the end."""
    total = Decimal()
    for cluster in clusters:
        for number in days:
            worth = factor(CLUSTERS[cluster], into, number, rates)
            if worth is not None:
                total += sum(amount(cluster, part, number) + change for part in parts) * worth
    return total.quantize(_PLACES[9], ROUND_HALF_UP)
