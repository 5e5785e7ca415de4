"""Write the tables of columns in docs/format/ from the tables of the code: one line a column."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import ADJUSTMENT, COST, PART, ColumnTable, SetColumn
from fleetcost.model.statement import STATEMENT_LINE

FOLDER = Path(__file__).parents[1] / "docs" / "format"

TABLES = {
    "sets.md": {"allocations": ALLOCATION, "assets": ASSET},
    "cloudcosts.md": {"cloudcosts": CLOUD_COST},
    "statements.md": {"statement": STATEMENT_LINE},
}
"""The pages, each with the tables between its marks."""

_TYPES = {
    str: "text",
    int: "int",
    float: "double",
    bool: "bool",
    datetime: "time",
    dict: "map",
    Decimal: "amount",
    bytes: "bytes",
}
_MONEY = (COST, PART, ADJUSTMENT)


def pages() -> dict[Path, str]:
    """Return the pages as they should be."""
    return {FOLDER / name: _page((FOLDER / name).read_text(), tables) for name, tables in TABLES.items()}


_HEAD = "| column | type | unit | since | meaning | of several rows |\n|---|---|---|---|---|---|\n"


def _page(text: str, tables: dict[str, ColumnTable]) -> str:
    for name, table in tables.items():
        begin, end = f"<!-- {name}: made by scripts/docs_columns.py -->\n", f"<!-- end of {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise SystemExit(
                f"{name} has no place on its page: write {begin.strip()} and {end} where its table belongs"
            )
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{_HEAD}{''.join(map(_line, table.columns))}\n{end}{rest.partition(end)[2]}"
    return text


def _line(column: SetColumn) -> str:
    holds = column.holds
    unit = "currency" if holds.kind in _MONEY else holds.unit
    kind = f"{_type(column)} or null" if column.nullable else _type(column)
    return f"| `{column.name}` | {kind} | {unit} | {holds.since} | {holds.meaning} | {holds.kind.adds_up} |\n"


def _type(column: SetColumn) -> str:
    if column.members:
        return "list of struct: " + ", ".join(f"`{one.name}` {_type(one)}" for one in column.members)
    return "list of text" if column.type is list else _TYPES[column.type]


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
