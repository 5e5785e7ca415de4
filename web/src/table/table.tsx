/**
 * A table of rows: real table elements, header and totals that stay in sight, thousands of rows at the cost of a few.
 *
 * It shows what it is given and asks nobody; the order comes from the address, and so do chosen columns.
 */

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Column, shownColumns, widthOf } from "./columns";
import { Head } from "./head";
import { sorted } from "./sort";

/** Up to here all rows are in the page: they can be searched and printed by the browser. */
const ALL_IN_PAGE = 150;
const ROW_REM = 2.125;

interface TableProps<Row> {
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
  const shown = useMemo(
    () => shownColumns(columns, chosen, all ? Number.POSITIVE_INFINITY : room),
    [columns, chosen, all, room],
  );
  const ordered = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort]);
  const wide = widthOf(shown) > room;
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
        className="table"
        aria-label={label}
        aria-rowcount={rows.length + first - 1}
        style={wide ? { minWidth: `${widthOf(shown)}rem` } : undefined}
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
          <Window rows={ordered} columns={shown.length} row={row} box={box} />
        )}
      </table>
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

interface WindowProps<Row> {
  rows: readonly Row[];
  columns: number;
  row: (item: Row, index: number) => ReactNode;
  box: { current: HTMLDivElement | null };
}

/** Only the rows near the window's part of the page are there; two empty rows stand for the others. */
function Window<Row>({ rows, columns, row, box }: WindowProps<Row>) {
  const height = useRem(ROW_REM);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: 12,
    useFlushSync: false,
    scrollMargin: (box.current?.offsetTop ?? 0) + 2 * height,
  });
  const items = virtual.getVirtualItems();
  const top = (items[0]?.start ?? virtual.options.scrollMargin) - virtual.options.scrollMargin;
  const bottom = Math.max(0, rows.length * height - top - items.length * height);
  return (
    <tbody>
      <Space height={top} columns={columns} />
      {items.map(({ index }) => {
        const item = rows[index];
        return item === undefined ? null : row(item, index);
      })}
      <Space height={bottom} columns={columns} />
    </tbody>
  );
}

function Space({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr className="table-space">
      <td colSpan={columns} style={{ height }} aria-hidden="true" />
    </tr>
  );
}

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

function useRem(rem: number): number {
  return useMemo(
    () => rem * (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16),
    [rem],
  );
}
