/**
 * A table of rows: real table elements, header and totals that stay in sight, thousands of rows at the cost of a few.
 *
 * It shows what it is given and asks nobody; the order comes from the address, and so do chosen columns.
 */

import {
  lazy,
  memo,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type Column, leftOut, shownColumns, widthOf } from "./columns";
import { measured, type Widths, widened } from "./fit";
import { Foot } from "./foot";
import { Head } from "./head";
import { usePrinted } from "./printed";
import { useRem } from "./rem";
import { sorted } from "./sort";

/** Up to here all rows are in the page: they can be searched and printed by the browser. */
const ALL_IN_PAGE = 150;

/** Scrolling through many rows is code of its own: most tables are short. */
const Rows = lazy(async () => ({ default: (await import("./rows")).Rows }));

export interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  sort: string;
  /** The address with another order. */
  onSort: (sort: string) => void;
  chosen?: string;
  /** Show every column and scroll sideways where they do not fit, for tables of which no column can be spared. */
  all?: boolean;
  /** Whether the columns have totals to pin under the header. */
  totals?: boolean;
  rowClass?: (row: Row) => string | undefined;
}

export function Table<Row>(props: TableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowId,
    sort,
    onSort,
    chosen = "",
    all = false,
    totals = false,
    rowClass,
  } = props;
  const [box, room] = useRoom();
  const table = useRef<HTMLTableElement>(null);
  const [widths, setWidths] = useState<Widths>({});
  const [every, setEvery] = useState(false);
  const printed = usePrinted();
  const shown = useMemo(
    () =>
      shownColumns(
        widened(columns, widths),
        chosen,
        all || every || printed ? Number.POSITIVE_INFINITY : room,
      ),
    [columns, widths, chosen, all, every, printed, room],
  );
  const ordered = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are other figures
  useLayoutEffect(() => {
    if (table.current) setWidths(measured(table.current, shown, widths));
  }, [shown, ordered, widths]);
  const wide = widthOf(shown, room) > room;
  const first = totals ? 3 : 2;
  const row = (item: Row, index: number) => (
    <TableRow
      key={rowId(item)}
      item={item}
      index={index + first}
      columns={shown}
      className={rowClass?.(item)}
    />
  );
  return (
    <div className={wide ? "table-box table-wide card" : "table-box card"} ref={box}>
      <table
        ref={table}
        className="table"
        aria-label={label}
        aria-rowcount={rows.length + first - 1}
        style={wide ? { minWidth: `${widthOf(shown, room)}rem` } : undefined}
      >
        <colgroup>
          {shown.map((column) => (
            <col key={column.id} style={column.width ? { width: `${column.width}rem` } : undefined} />
          ))}
        </colgroup>
        <Head columns={shown} sort={sort} onSort={onSort} totals={totals} />
        {ordered.length <= ALL_IN_PAGE ? (
          <tbody>{ordered.map(row)}</tbody>
        ) : (
          <Suspense fallback={<tbody>{ordered.slice(0, 40).map(row)}</tbody>}>
            <Rows
              count={ordered.length}
              columns={shown.length}
              row={(at) => {
                const item = ordered[at];
                return item === undefined ? null : row(item, at);
              }}
              box={box}
            />
          </Suspense>
        )}
      </table>
      <Foot
        columns={shown}
        hidden={leftOut(columns, shown, chosen)}
        every={every}
        onEvery={() => setEvery(!every)}
      />
    </div>
  );
}

interface TableRowProps<Row> {
  item: Row;
  index: number;
  columns: readonly Column<Row>[];
  className: string | undefined;
}

function PlainRow<Row>({ item, index, columns, className }: TableRowProps<Row>) {
  return (
    <tr aria-rowindex={index} className={className}>
      {columns.map((column, at) => {
        const side = column.align === "end" ? "end" : undefined;
        return at === 0 ? (
          <th key={column.id} scope="row" className={side}>
            {column.cell(item)}
          </th>
        ) : (
          <td key={column.id} className={side}>
            {column.cell(item)}
          </td>
        );
      })}
    </tr>
  );
}

/** A row that stays as it is while others come and go around it. */
const TableRow = memo(PlainRow) as typeof PlainRow;

/** The table's width in rem, followed as it changes. */
function useRoom(): readonly [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(80);
  const rem = useRem(1);
  const measure = useCallback(() => {
    if (box.current && box.current.clientWidth > 0) setRoom(box.current.clientWidth / rem);
  }, [rem]);
  useEffect(() => {
    measure();
    if (!box.current || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [measure]);
  return [box, room];
}
