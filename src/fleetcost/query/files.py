"""Answers as files, written by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.sets import SetKind
from fleetcost.query.compile import Program
from fleetcost.query.dialect import Dialect, quoted_text
from fleetcost.query.measures import CARRIED, MONEY
from fleetcost.query.question import Question
from fleetcost.query.sql.assets import WEIGHED
from fleetcost.query.sql.idle import ROLE_IDLE
from fleetcost.tables.view import View

_MARKED = "'=', '+', '-', '@', chr(9), chr(13)"
"""First characters that a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    What is in a file: the page of a prepared question.

    Attributes:
        question: it
        program: what was prepared
        columns: the figures that are wanted, empty for all
        dialect: of the engine that answers
    """

    question: Question
    program: Program
    columns: tuple[str, ...]
    dialect: Dialect

    def texts(self) -> list[tuple[str, str]]:
        """Return the columns that are text: expression and name."""
        # A row nobody was charged for has no value of a dimension, but it may have the property of the same name.
        named = []
        for position, dimension in enumerate(self.question.dimensions):
            known = [
                f"n{position}",
                *([dimension.name] if dimension.name in self.program.shape.properties else []),
                "''",
            ]
            named.append((f"coalesce({', '.join(known)})", str(dimension)))
        taken = {name for _, name in named} | {"name"}
        wanted = [name for name in self.program.shape.properties if name not in taken and self._wanted(name)]
        return [
            ("name", "name"),
            *named,
            *((f"coalesce({name}, '')", name) for name in wanted),
            *([] if "currency" in taken else [("currency", "currency")]),
        ]

    def rest(self) -> list[tuple[str, str]]:
        """Return the other columns: expression and name."""
        inside = ALLOCATION.adjustments if self.question.joined else ()
        left_out = {*WEIGHED, *inside}
        of_allocations = self.question.kind is SetKind.ALLOCATIONS
        sums = (*ALLOCATION.sums, *CARRIED) if of_allocations else self.program.shape.sums
        figures = [name for name in sums if name not in left_out and self._wanted(name)]
        return [
            ("step", "window_start"),
            ('"start"', "start"),
            ('"end"', "end"),
            *((self._exact(name), name) for name in figures),
            *((made, name) for name, made in self._show_back().items() if self._wanted(name)),
            (self._exact("total_cost"), "total_cost"),
        ]

    def _show_back(self) -> dict[str, str]:
        """Return what rows of allocations divide their total into beside what is shared: see `rows.AllocationRow`."""
        if self.question.kind is not SetKind.ALLOCATIONS:
            return {}
        total, shared = self._exact("total_cost"), f"coalesce({self._exact('shared_cost')}, 0)"
        shares = " + ".join(f"coalesce({self._exact(name)}, 0)" for name in CARRIED if name != "shared_cost")
        idle = f"CASE WHEN role = {ROLE_IDLE} THEN {total} ELSE {shares} END"
        return {"direct_cost": f"{total} - ({idle}) - {shared}", "idle_cost": idle}

    def query(self, *, marked: bool) -> str:
        """
        Return the statement whose rows are the file's.

        Args:
            marked: put a `'` before texts that a spreadsheet would take for a formula
        """
        texts = [
            (f"CASE WHEN left({text}, 1) IN ({_MARKED}) THEN '''' || {text} ELSE {text} END" if marked else text, name)
            for text, name in self.texts()
        ]
        dialect = self.dialect
        chosen = ", ".join(f"{expression} AS {dialect.name(name)}" for expression, name in [*texts, *self.rest()])
        return f"SELECT {chosen} FROM {self.program.page()} AS page ORDER BY {self._order()}"  # noqa: S608 - names of columns only

    def _exact(self, name: str) -> str:
        """Return a figure as it is; a converted amount on the grid of nine places."""
        return f"{name}::DECIMAL(38, 9)" if self.question.converted and name in MONEY else name

    def _wanted(self, name: str) -> bool:
        return not self.columns or name in self.columns

    def _order(self) -> str:
        order = self.question.page.order
        first = f'page."{order.column}" {"DESC" if order.descending else "ASC"} NULLS LAST, ' if order else ""
        return f"page.step, {first}page.role, page.name"


def copy_to_csv(snapshot: View, sheet: Sheet, file: Path) -> None:
    """Write the page as CSV with a line of names; amounts have all their places."""
    snapshot.write(sheet.query(marked=True), "FORMAT csv, HEADER", str(file), sheet.program.bound)


def copy_to_parquet(snapshot: View, sheet: Sheet, file: Path, note: str) -> None:
    """Write the page as Parquet; the note is in the file's metadata."""
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{fleetcost: {quoted_text(note)}}}"
    snapshot.write(sheet.query(marked=False), options, str(file), sheet.program.bound)
