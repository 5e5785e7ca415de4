"""
The field's price file: CSV with a header, one price a line.

```
EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version
2026-01-01 00:00:00 UTC,i-0abc,us-east-1,node,spec.providerID,,0.25,
2026-01-01 00:00:00 UTC,tesla-t4,,gpu,nvidia.com/gpu_type,,0.75,
2026-01-01 00:00:00 UTC,fast-ssd,,pv,spec.storageClassName,,0.0001,
```

A line that cannot be used is an error with its number, never skipped. Columns may stand in any order;
`EndTimestamp` and `Version` are not read. Programs that write such files put `placeholder` where they have nothing to
say: such a cell is empty, and a row that then names nothing is kept, to be listed as one that prices nothing.
"""

from __future__ import annotations

import csv
import math

from fleetcost.costing.price_table import PricedClass, PriceRow, PriceTable
from fleetcost.errors import SettingsError, near

COLUMNS = (
    "EndTimestamp",
    "InstanceID",
    "Region",
    "AssetClass",
    "InstanceIDField",
    "InstanceType",
    "MarketPriceHourly",
    "Version",
)
PLACEHOLDER = "placeholder"
_NEEDED = ("InstanceID", "AssetClass", "InstanceIDField", "MarketPriceHourly")


def parse(text: str, where: str) -> PriceTable:
    """
    Read a price file.

    Args:
        text: its content
        where: its name, for messages

    Raises:
        SettingsError: a column is missing or unknown, a line has too few fields, a price is no price.
    """
    lines = csv.reader(text.removeprefix("\ufeff").splitlines())
    header: list[str] = []
    rows = []
    for line in lines:
        if not line or line[0].lstrip().startswith("#"):
            continue
        if not header:
            header = _header([name.strip() for name in line], where)
            continue
        at = f"price file {where}, line {lines.line_num}"
        if len(line) != len(header):
            raise SettingsError(f"{at}: {len(line)} fields where the header has {len(header)}")
        rows.append(_row(dict(zip(header, (cell.strip() for cell in line), strict=True)), at))
    if not header:
        raise SettingsError(f"price file {where} is empty: expected the header {','.join(COLUMNS)}")
    return PriceTable(tuple(rows))


def _header(names: list[str], where: str) -> list[str]:
    if len(names) == 1 and ";" in names[0]:
        raise SettingsError(f"price file {where}: its columns are separated by semicolons; save it with commas")
    for name in names:
        if name not in COLUMNS:
            raise SettingsError(f"price file {where}: unknown column {name!r}{near(name, COLUMNS)}")
    for name in _NEEDED:
        if name not in names:
            raise SettingsError(f"price file {where}: column {name} is missing; needed are {', '.join(_NEEDED)}")
    return names


def _row(cells: dict[str, str], at: str) -> PriceRow:
    priced = _priced(cells["AssetClass"], at)
    hollow = cells["InstanceID"].lower() == PLACEHOLDER
    cells = {name: "" if cell.lower() == PLACEHOLDER else cell for name, cell in cells.items()}
    instance_type = cells.get("InstanceType", "")
    if not hollow and not cells["InstanceID"] and not (priced is PricedClass.NODE and instance_type):
        raise SettingsError(f"{at}: neither InstanceID nor, for a node, InstanceType says what is priced")
    if cells["InstanceID"] and not cells["InstanceIDField"]:
        raise SettingsError(f"{at}: InstanceIDField must say where {cells['InstanceID']!r} is found")
    return PriceRow(
        priced=priced,
        id_field=cells["InstanceIDField"],
        id=cells["InstanceID"],
        region=cells.get("Region", ""),
        instance_type=instance_type,
        price_hourly=_price(cells["MarketPriceHourly"], at),
    )


def _priced(text: str, at: str) -> PricedClass:
    try:
        return PricedClass(text.lower())
    except ValueError:
        raise SettingsError(f"{at}: AssetClass {text!r}; accepted are {', '.join(PricedClass)}") from None


def _price(text: str, at: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = math.nan
    if not 0 <= price < math.inf:
        raise SettingsError(f"{at}: MarketPriceHourly {text!r} is no price; accepted is a number such as 0.25")
    return price
