"""Write the tables of docs/format/focus.md from the code: columns of our own, their words, and what is left null."""

from __future__ import annotations

from pathlib import Path

from fleetcost.focus.own import OWN_COLUMNS, UNKNOWN, FocusKind, FocusPrice
from fleetcost.model.focus import COST_AND_USAGE, FocusColumn

PAGE = Path(__file__).parents[1] / "docs" / "format" / "focus.md"


def page() -> str:
    """Return the page as it should be."""
    text = PAGE.read_text()
    for name, lines in TABLES.items():
        begin, end = f"<!-- {name}: made by scripts/docs_focus.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{lines}\n{end}{rest.partition(end)[2]}"
    return text


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def _rules(column: FocusColumn) -> str:
    words = [] if column.nullable else ["never null"]
    words += [str(demand) + (f" ({demand.since})" if demand.since > column.since else "") for demand in column.demands]
    words += ["never negative"] * column.unsigned
    return "; ".join(words)


_CODE = "`{}`".format
TABLES = {
    "kinds": _table(("`x_CostKind`", "the row is"), [(_CODE(one), one.meaning) for one in FocusKind]),
    "prices": _table(("`x_PriceState`", "its costs are"), [(_CODE(one), one.meaning) for one in FocusPrice]),
    "own": _table(("column", "meaning"), [(_CODE(one.name), one.meaning) for one in OWN_COLUMNS]),
    "unknown": _table(("column", "null where"), [(_CODE(name), reason) for name, reason in UNKNOWN.items()]),
    "columns": _table(
        ("column", "level", "type", "since", "rules"),
        [(_CODE(one.name), one.level, one.type, one.since, _rules(one)) for one in COST_AND_USAGE],
    ),
}

if __name__ == "__main__":
    PAGE.write_text(page())
