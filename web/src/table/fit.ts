/** Figures are never cut: a column in which one would be gets the width that it takes. */

import type { Column } from "./columns";

/** By column, in rem: what its figures have turned out to need. */
export type Widths = Readonly<Record<string, number>>;

/** Rounding of a browser, in rem: less is no difference. */
const LEAST = 0.05;

export function widened<Row>(columns: readonly Column<Row>[], widths: Widths): readonly Column<Row>[] {
  return columns.map((column) => {
    const width = widths[column.id];
    return column.width !== undefined && width !== undefined && width > column.width
      ? { ...column, width }
      : column;
  });
}

/** The widths with what is cut in the table as it is drawn; the same value where nothing new is. */
export function measured<Row>(table: HTMLTableElement, shown: readonly Column<Row>[], known: Widths): Widths {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const wider: Record<string, number> = {};
  for (const row of table.rows) {
    for (const cell of row.cells) {
      const column = shown[cell.cellIndex];
      if (column?.align !== "end" || column.width === undefined || cell.scrollWidth <= cell.clientWidth)
        continue;
      const width = (cell.scrollWidth + 1) / rem;
      const before = Math.max(column.width, known[column.id] ?? 0, wider[column.id] ?? 0);
      if (width > before + LEAST) wider[column.id] = width;
    }
  }
  return Object.keys(wider).length > 0 ? { ...known, ...wider } : known;
}
