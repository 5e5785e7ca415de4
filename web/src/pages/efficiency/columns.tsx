/** The columns of efficiency: the split, and the amounts behind it. */

import { type EfficiencyRow, idleOf, perMonth, totalOf } from "../../allocations/efficiency";
import type { Allocations } from "../../api/schema";
import { below } from "../../drill";
import { Amount, Efficiency } from "../../marks/meter";
import { type Part, Split } from "../../marks/split";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { type View, viewOf } from "../../url";
import { keyWords, partsOf } from "../../words/names";
import { capital } from "../../words/states";

export const PARTS: readonly Omit<Part, "share">[] = [
  { title: "Used", colour: "var(--used)" },
  { title: "Workload idle", colour: "var(--workload-idle)" },
  { title: "Infrastructure idle", colour: "var(--infra-idle)" },
];

export function efficiencyColumns(
  answer: Allocations,
  rows: readonly EfficiencyRow[],
  view: View,
  by: readonly string[],
): readonly Column<EfficiencyRow>[] {
  const total = totalOf(rows);
  const amount = amountColumn(answer.currency, total);
  return [
    {
      id: "name",
      title: capital(by.map(keyWords).join(" / ")),
      rank: 0,
      value: (row) => row.name,
      cell: (row) => <PathName parts={partsOf(row, by)} to={downFrom(row, by, view)} />,
      total: <span className="path path-total">Total</span>,
    },
    {
      id: "split",
      title: "Used and idle",
      width: 14,
      rank: 3,
      cell: (row) => <SplitOf row={row} />,
      total: <SplitOf row={total} />,
    },
    {
      id: "used",
      title: "Used",
      meaning: "Used part of what is paid",
      align: "end",
      width: 5.5,
      rank: 1,
      value: usedShare,
      cell: (row) => <Efficiency value={usedShare(row)} />,
      total: <Efficiency value={usedShare(total)} />,
    },
    amount("workload_idle", "Workload idle", 4, (row) => row.workloadIdle),
    { ...amount("infra_idle", "Infra idle", 4, (row) => row.infraIdle), idle: total.infraIdle === 0 },
    amount("idle", "Idle", 0, idleOf),
    amount("month", "Idle a month", 2, (row) => {
      const idle = idleOf(row);
      return idle === null ? null : perMonth(idle, answer);
    }),
    amount("cost", "CPU and RAM", 5, (row) => row.cost),
  ];
}

function amountColumn(currency: string, total: EfficiencyRow) {
  return (
    id: string,
    title: string,
    rank: number,
    value: (row: EfficiencyRow) => number | null,
  ): Column<EfficiencyRow> => {
    const cell = (row: EfficiencyRow) => {
      const amount = value(row);
      return amount === null ? <NotMeasured /> : <Amount value={amount} currency={currency} />;
    };
    return { id, title, align: "end", width: 7.5, rank, value, cell, total: cell(total) };
  };
}

function NotMeasured() {
  return (
    <span className="muted" title="the use was not measured">
      –
    </span>
  );
}

function SplitOf({ row }: { row: EfficiencyRow }) {
  const { cost, used, workloadIdle, infraIdle } = row;
  if (used === null || workloadIdle === null || cost <= 0) return <NotMeasured />;
  const shares = [used, workloadIdle, infraIdle].map((amount) => amount / cost);
  return <Split parts={PARTS.map((part, at) => ({ ...part, share: shares[at] ?? 0 }))} />;
}

function usedShare(row: EfficiencyRow): number | null {
  return row.used === null || row.cost <= 0 ? null : row.used / row.cost;
}

/** From a cluster to its workloads; from a workload to its page; from a node to what runs on it. */
function downFrom(row: EfficiencyRow, by: readonly string[], view: View): View | null {
  const { cluster, namespace, controller } = row.key;
  if (cluster && namespace && controller?.includes(":")) {
    return viewOf("workload", { path: [cluster, namespace, controller], window: view.window });
  }
  if (by.includes("pool")) {
    return viewOf("cluster", { path: [cluster ?? ""], window: view.window });
  }
  const next = below(
    { ...viewOf("explore", { window: view.window, filter: view.filter }), aggregate: by },
    row.key,
  );
  if (next === null || by.length > 1) return next;
  return { ...view, filter: next.filter, tab: "workload" };
}
