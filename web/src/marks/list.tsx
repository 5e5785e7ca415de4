/** A short table beside other things: a name and a few cells for each row, in the order they are given. */

import type { ReactNode } from "react";

export interface Cell<Row> {
  readonly title: string;
  /** Figures stand at the end. */
  readonly align?: "end";
  readonly className?: string;
  readonly cell: (row: Row) => ReactNode;
}

interface ListProps<Row> {
  /** The first names the row. */
  cells: readonly Cell<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  rowClass?: (row: Row) => string | undefined;
  /** Whether the titles are read out only, where the rows explain themselves. */
  plain?: boolean;
}

export function List<Row>({ cells, rows, rowId, rowClass, plain = false }: ListProps<Row>) {
  return (
    <table className="list number">
      <thead className={plain ? "hidden-visually" : undefined}>
        <tr>
          {cells.map(({ title, align }) => (
            <th key={title} scope="col" className={align}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowId(row)} className={rowClass?.(row)}>
            {cells.map(({ title, align, className = align, cell }, at) =>
              at === 0 ? (
                <th key={title} scope="row">
                  {cell(row)}
                </th>
              ) : (
                <td key={title} className={className}>
                  {cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
