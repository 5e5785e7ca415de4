/** A table beside the one a page is about: its order is its own, not the address's. */

import { useState } from "react";
import { Table, type TableProps } from "./table";

interface SideTableProps<Row> extends Omit<TableProps<Row>, "sort" | "onSort"> {
  /** The order at first. */
  sorted: string;
}

export function SideTable<Row>({ sorted, ...props }: SideTableProps<Row>) {
  const [sort, setSort] = useState(sorted);
  return <Table {...props} sort={sort} onSort={setSort} />;
}
