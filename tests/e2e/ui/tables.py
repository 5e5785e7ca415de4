"""Tables as a visitor reads them: every amount of every row, to the digit where the page knows it to the digit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

READ = """() => [...document.querySelectorAll('main table, aside table')].map((table) => ({
  label: table.getAttribute('aria-label') ?? table.closest('section, aside')?.getAttribute('aria-label') ?? '',
  kind: table.className,
  head: [...table.querySelectorAll('thead tr:first-child th')].map((cell) => cell.innerText.trim()),
  rows: [...table.querySelectorAll('tbody tr:not(.list-of-it), thead tr.table-totals')].map((row) => ({
    total: /(table|list)-total/.test(row.className),
    cells: [...row.children].map((cell) => [cell.innerText.trim(), cell.querySelector('.number[title]')?.title ?? '']),
  })),
}))"""

_AMOUNT = re.compile(r"([−-]?)[$€£]([0-9,]+\.[0-9]+)")
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount, and how far it may be from what was rounded to it."""

    value: float
    doubt: float


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: its first cell's words, and what its cells hold by the words of their columns."""

    name: str
    figures: Mapping[str, Figure]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadTable:
    """One table with its rows; `totals` is the row that sums the others, where there is one."""

    label: str
    kind: str
    columns: tuple[str, ...]
    rows: tuple[ReadRow, ...]
    totals: ReadRow | None

    def sum(self, column: str) -> Figure:
        """Add up a column; a cell without an amount holds none."""
        held = [row.figures[column] for row in self.rows if column in row.figures]
        return Figure(sum(one.value for one in held), sum(one.doubt for one in held) + 1e-6)


def tables(page: Page) -> list[ReadTable]:
    """Read every table of a page and of the details beside it; the twins of its charts are opened first."""
    for twin in page.locator("details.twin").all():
        if twin.get_attribute("open") is None:
            twin.locator("summary").click()
        expect(twin.locator("table")).to_be_attached()
    return [_table(one) for one in page.evaluate(READ)]


def figure(text: str, exact: str = "") -> Figure | None:
    """Return an amount as it is written, or with every digit where the page has them."""
    for words, doubt in ((exact, 1e-9), (text, _CENT)):
        found = _AMOUNT.search(words)
        if found:
            less = text.startswith(("<", ">"))
            value = float(found[2].replace(",", "")) * (-1 if found[1] else 1)
            return Figure(0.0, 0.01) if less and not exact else Figure(value, doubt)
    return None


def _table(read: Mapping[str, Any]) -> ReadTable:
    columns = tuple(read["head"])
    rows = [(one["total"], _row(columns, one["cells"])) for one in read["rows"]]
    totals = next((row for total, row in rows if total), None)
    return ReadTable(read["label"], read["kind"], columns, tuple(row for total, row in rows if not total), totals)


def _row(columns: tuple[str, ...], cells: list[tuple[str, str]]) -> ReadRow:
    held = list(zip(columns, cells, strict=False))
    return ReadRow(cells[0][0] if cells else "", dict(_figures(held)), {name: text for name, (text, _) in held})


def _figures(held: list[tuple[str, tuple[str, str]]]) -> Iterator[tuple[str, Figure]]:
    for name, (text, exact) in held:
        found = figure(text, exact)
        if found is not None:
            yield name, found
