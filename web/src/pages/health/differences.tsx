/** What a repair changes, set by set: minutes, rows and cost before and after. */

import type { Repair } from "../../api/schema";
import { type Cell, List } from "../../marks/list";
import { datesOf } from "../../words/window";

type Difference = Repair["differences"][number];

/** More sets than this are counted, not listed. */
const MOST = 12;

const CELLS: readonly Cell<Difference>[] = [
  { title: "Set", cell: (one) => `${one.kind}, ${datesOf(one)}` },
  {
    title: "Minutes observed",
    align: "end",
    cell: (one) => fromTo(minutes(one.coverage_before), minutes(one.coverage_after)),
  },
  { title: "Rows", align: "end", cell: (one) => fromTo(one.rows_before ?? "none", one.rows_after) },
  { title: "Cost", align: "end", cell: (one) => fromTo(cost(one.cost_before), cost(one.cost_after)) },
];

export function Differences({ differences }: { differences: readonly Difference[] }) {
  const changed = differences.filter(isChange);
  const same = differences.length - changed.length;
  if (changed.length === 0) return <p>What can be built is what the agent has.</p>;
  return (
    <div className="dialog-scroll">
      <List
        cells={CELLS}
        rows={changed.slice(0, MOST)}
        rowId={(one) => `${one.kind} ${one.start} ${one.end}`}
      />
      <p className="muted">
        {[
          changed.length > MOST ? `${changed.length - MOST} more sets change` : "",
          same > 0 ? `${same} sets stay as they are` : "",
        ]
          .filter(Boolean)
          .join("; ")}
      </p>
    </div>
  );
}

function isChange(one: Difference): boolean {
  return (
    one.rows_before !== one.rows_after ||
    cost(one.cost_before) !== cost(one.cost_after) ||
    minutes(one.coverage_before) !== minutes(one.coverage_after)
  );
}

function fromTo(before: string | number, after: string | number): string {
  return before === after ? String(after) : `${before} → ${after}`;
}

function minutes(value: number | null): string {
  return value === null ? "none" : value.toFixed(0);
}

/** To the cent; which currency it is, the order does not say. */
function cost(value: string | null): string {
  return value === null ? "none" : Number(value).toFixed(2);
}
