"""
The price sheet: a YAML file of rates, each with its unit in the key.

```yaml
currency: EUR
custom: true                    # these rates win over prices in the metrics
cpu_core_monthly: 18.50         # or cpu_core_hourly; both is an error
ram_gib_hourly: 0.0031
gpu_monthly: 600
storage_gib_monthly: 0.05
storage_classes:
  fast-ssd: {gib_monthly: 0.17}
discount: 30%
```

A month has 730 hours. A rate that is not given keeps the price book's default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fleetcost.costing.prices import HOURS_PER_MONTH, PriceBook
from fleetcost.errors import SettingsError
from fleetcost.ops.reading import parse_yaml

HOURLY = "_hourly"
MONTHLY = "_monthly"

RATES = {
    "cpu_core": "cpu_hourly",
    "cpu_core_spot": "cpu_spot_hourly",
    "ram_gib": "ram_gib_hourly",
    "ram_gib_spot": "ram_gib_spot_hourly",
    "gpu": "gpu_hourly",
    "gpu_spot": "gpu_spot_hourly",
    "storage_gib": "storage_gib_hourly",
    "local_disk_gib": "local_disk_gib_hourly",
    "load_balancer": "load_balancer_hourly",
    "cluster_management": "cluster_management_hourly",
}
"""Rates over time: key in the sheet without its unit, and the price book's field."""

TRAFFIC = {
    "zone_egress_gib": "zone_egress_gib",
    "region_egress_gib": "region_egress_gib",
    "internet_egress_gib": "internet_egress_gib",
}
"""Rates of a GiB, which have no time."""

DISCOUNTS = {"discount": "discount", "negotiated_discount": "negotiated_discount"}
FLAGS = ("custom", "discounts_gpu")
CLASSES = "storage_classes"
KEYS = (
    "currency",
    *FLAGS,
    *DISCOUNTS,
    *TRAFFIC,
    *(name + unit for name in RATES for unit in (HOURLY, MONTHLY)),
    CLASSES,
)

_CURRENCY = re.compile(r"[A-Z]{3}")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def parse(text: str, where: str, base: PriceBook | None = None) -> PriceBook:
    """
    Read a price sheet.

    Args:
        text: its content
        where: its name, for messages
        base: the price book whose rates stay where the sheet has none

    Raises:
        SettingsError: not YAML, an unknown key, the same rate by the hour and by the month, a rate that is no number.
    """
    sheet = parse_yaml(text, f"price sheet {where}")
    book = base or PriceBook()
    changes: dict[str, Any] = {}
    for key, value in sheet.mapping(KEYS).items():
        field, read = _field(key, value, f"price sheet {where}, line {sheet.line(key)}, {key}")
        if field in changes:
            raise SettingsError(
                f"price sheet {where}: {key} and its other unit are both given; keep one, a month is "
                f"{HOURS_PER_MONTH} hours"
            )
        changes[field] = read
    return replace(book, **changes, written=book.written | changes.keys())


def _field(key: str, value: object, at: str) -> tuple[str, object]:
    if key == "currency":
        return key, _currency(value, at)
    if key in FLAGS:
        return key, _flag(value, at)
    if key in DISCOUNTS:
        return DISCOUNTS[key], _fraction(value, at)
    if key == CLASSES:
        return CLASSES, _classes(value, at)
    if key.endswith(MONTHLY):
        return RATES[key.removesuffix(MONTHLY)], _rate(value, at) / HOURS_PER_MONTH
    return (RATES | TRAFFIC)[key.removesuffix(HOURLY)], _rate(value, at)


def _classes(value: object, at: str) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{at}: expected `class: {{gib_monthly: 0.05}}` lines, found {value!r}")
    classes = []
    for name, rates in value.items():
        if not isinstance(rates, Mapping) or len(rates) != 1 or not set(rates) <= {"gib_hourly", "gib_monthly"}:
            raise SettingsError(f"{at}.{name}: accepted is either gib_hourly or gib_monthly, found {rates!r}")
        ((unit, rate),) = rates.items()
        classes.append((str(name), _rate(rate, f"{at}.{name}") / (HOURS_PER_MONTH if unit == "gib_monthly" else 1)))
    return tuple(sorted(classes))


def _rate(value: object, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise SettingsError(f"{at}: {value!r} is no rate; accepted is a number that is not negative, such as 0.031")
    return float(value)


def _fraction(value: object, at: str) -> float:
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or float(found.group(1)) > 100:  # noqa: PLR2004 - all of it
        raise SettingsError(
            f"{at}: {value!r} could mean a fraction or a percentage; accepted is a percentage with its sign, such as "
            "30%, up to 100%"
        )
    return float(found.group(1)) / 100


def _flag(value: object, at: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{at}: {value!r}; accepted are true and false")
    return value


def _currency(value: object, at: str) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise SettingsError(f"{at}: {value!r}; accepted is an ISO 4217 code such as EUR")
    return value
