/** Thousands of rows at the cost of a few. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { ReactNode } from "react";
import { useRem } from "./rem";

const ROW_REM = 2.125;

interface RowsProps {
  count: number;
  columns: number;
  row: (index: number) => ReactNode;
  box: { current: HTMLDivElement | null };
}

/** Only the rows near the window's part of the page are there; two empty rows stand for the others. */
export function Rows({ count, columns, row, box }: RowsProps) {
  const height = useRem(ROW_REM);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    overscan: 12,
    useFlushSync: false,
    scrollMargin: (box.current?.offsetTop ?? 0) + 2 * height,
  });
  const items = virtual.getVirtualItems();
  const top = (items[0]?.start ?? virtual.options.scrollMargin) - virtual.options.scrollMargin;
  const bottom = Math.max(0, count * height - top - items.length * height);
  return (
    <tbody>
      <Space height={top} columns={columns} />
      {items.map(({ index }) => row(index))}
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
