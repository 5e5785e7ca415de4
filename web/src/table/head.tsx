/** A table's header: names that sort, and the totals under them. */

import { Icon } from "../marks/icon";
import type { Column } from "./columns";
import { pressed, sortOf } from "./sort";

interface HeadProps<Row> {
  columns: readonly Column<Row>[];
  sort: string;
  onSort: (sort: string) => void;
  totals: boolean;
}

export function Head<Row>({ columns, sort, onSort, totals }: HeadProps<Row>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
        ))}
      </tr>
      {totals ? (
        <tr aria-rowindex={2} className="table-totals">
          {columns.map((column, index) =>
            index === 0 ? (
              <th key={column.id} scope="row">
                {column.total}
              </th>
            ) : (
              <td key={column.id} className={column.align === "end" ? "end" : undefined}>
                {column.total}
              </td>
            ),
          )}
        </tr>
      ) : null}
    </thead>
  );
}

function HeadCell<Row>({
  column,
  sort,
  onSort,
}: { column: Column<Row> } & Pick<HeadProps<Row>, "sort" | "onSort">) {
  const { id, descending } = sortOf(sort);
  const here = id === column.id;
  const side = column.align === "end" ? "end" : undefined;
  if (!column.value) {
    return (
      <th scope="col" className={side} title={column.meaning}>
        {column.title}
      </th>
    );
  }
  return (
    <th
      scope="col"
      className={side}
      aria-sort={here ? (descending ? "descending" : "ascending") : "none"}
      title={column.meaning}
    >
      <button type="button" className="sort" onClick={() => onSort(pressed(sort, column))}>
        {column.title}
        <span className="sort-arrow" data-here={here}>
          <Icon name={here && !descending ? "arrowUp" : "arrowDown"} size={12} />
        </span>
      </button>
    </th>
  );
}
