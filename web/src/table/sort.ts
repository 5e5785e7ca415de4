/** The order of rows, from a parameter such as `-total_cost`. */

import type { Column } from "./columns";

export interface Sort {
  readonly id: string;
  readonly descending: boolean;
}

export function sortOf(parameter: string): Sort {
  return parameter.startsWith("-")
    ? { id: parameter.slice(1), descending: true }
    : { id: parameter, descending: false };
}

/** The parameter after the header of `column` was pressed: the same column turns round, numbers start at the largest. */
export function pressed<Row>(parameter: string, column: Column<Row>): string {
  const sort = sortOf(parameter);
  if (sort.id === column.id) return sort.descending ? column.id : `-${column.id}`;
  return column.align === "end" ? `-${column.id}` : column.id;
}

/** The rows in order. Rows without a value are last either way; equal rows keep the server's order. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  parameter: string,
): readonly Row[] {
  const { id, descending } = sortOf(parameter);
  const value = columns.find((column) => column.id === id)?.value;
  if (!value) return rows;
  const turn = descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return turn * compare(left, right);
  });
}

function compare(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), "en", { numeric: true });
}
