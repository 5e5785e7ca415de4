/** The rows of an answer by their names, what is idle set apart; order and columns are those of the address. */

import type { Named } from "../api/schema";
import { show } from "../location";
import type { View } from "../url";
import { isIdle } from "../words/names";
import type { Column } from "./columns";
import { Table } from "./table";

interface AnswerTableProps<Row extends Named> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  view: View;
  totals?: boolean;
}

export function AnswerTable<Row extends Named>({ view, ...props }: AnswerTableProps<Row>) {
  return (
    <Table
      {...props}
      rowId={({ name }) => name}
      sort={view.sort}
      onSort={(sort) => show({ ...view, sort })}
      chosen={view.columns}
      rowClass={({ name }) => (name === view.row ? "row-open" : isIdle(name) ? "row-idle" : undefined)}
    />
  );
}
