/** What a table needs to know of a column, and which of the columns fit. */

import type { ReactNode } from "react";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** What the column means; the header's tooltip. */
  readonly meaning?: string;
  readonly align?: "start" | "end";
  /** In rem, at least. The column without a width takes what is left. */
  readonly width?: number;
  /** Columns with a higher number go first when the room is short. */
  readonly rank: number;
  /** What it is sorted by; null goes last in either direction. A column without it is not sorted by. */
  readonly value?: (row: Row) => number | string | null;
  readonly cell: (row: Row) => ReactNode;
  readonly total?: ReactNode;
  /** Nothing to see in any row: left out unless asked for. */
  readonly idle?: boolean;
}

/** Of the column without a width, in rem: on a phone a name is cut before a cost is left out. */
const FREE_WIDTH = 12;
const NARROW_FREE_WIDTH = 7;
const NARROW_ROOM = 30;

/** The columns to show: those asked for by name, or else those that are not idle and fit into `room` rem. */
export function shownColumns<Row>(
  all: readonly Column<Row>[],
  chosen: string,
  room: number,
): readonly Column<Row>[] {
  const names = chosen.split(",").filter(Boolean);
  if (names.length > 0) return all.filter((column) => column.rank === 0 || names.includes(column.id));
  const useful = all.filter((column) => !column.idle);
  const kept = new Set(useful);
  const byRank = [...useful].sort((one, other) => other.rank - one.rank);
  for (const column of byRank) {
    if (column.rank === 0 || widthOf([...kept], room) <= room) break;
    kept.delete(column);
  }
  return useful.filter((column) => kept.has(column));
}

/** The columns that have something to say and are left out because the room is short; none where columns were chosen. */
export function leftOut<Row>(
  all: readonly Column<Row>[],
  shown: readonly Column<Row>[],
  chosen: string,
): readonly Column<Row>[] {
  const ids = new Set(shown.map(({ id }) => id));
  return chosen ? [] : all.filter(({ id, idle }) => !idle && !ids.has(id));
}

/** The least width of these columns in rem, in a table of `room` rem. */
export function widthOf<Row>(columns: readonly Column<Row>[], room = Number.POSITIVE_INFINITY): number {
  const free = room < NARROW_ROOM ? NARROW_FREE_WIDTH : FREE_WIDTH;
  return columns.reduce((all, column) => all + (column.width ?? free), 0);
}
