/** The columns of efficiency: the split, and the amounts behind it. */

import { type EfficiencyRow, idleOf, totalOf } from "../../allocations/efficiency";
import type { Allocations } from "../../api/schema";
import { below } from "../../drill";
import { Amount, Efficiency } from "../../marks/meter";
import { type Part, Split } from "../../marks/split";
import { pageOf, questionOf } from "../../question";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import type { View } from "../../url";
import { keyWords, partsOf } from "../../words/names";
import { capital } from "../../words/states";

export const PARTS: readonly Omit<Part, "share">[] = [
  { title: "Used", colour: "var(--used)" },
  { title: "Workload idle", colour: "var(--workload-idle)" },
  { title: "Infrastructure idle", colour: "var(--infra-idle)" },
  { title: "Not measured", colour: "var(--other)" },
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
      width: 7,
      rank: 4,
      cell: (row) => <SplitOf row={row} />,
      total: <SplitOf row={total} />,
    },
    {
      id: "used",
      title: "Used part",
      meaning: "Used part of what is paid and measured, at most all of it",
      align: "end",
      width: 5,
      rank: 1,
      value: usedShare,
      cell: (row) => <Efficiency value={usedShare(row)} />,
      total: <Efficiency value={usedShare(total)} />,
    },
    amount("cpu", "CPU", "Paid for CPU, idle included", 3, (row) => row.cpu),
    amount("ram", "RAM", "Paid for memory, idle included", 3, (row) => row.ram),
    amount("gpu", "GPU", "Paid for GPUs, idle included", 2, (row) => row.gpu),
    amount("cost", "Paid", "CPU, RAM and GPU together", 1, (row) => row.cost),
    amount("used_cost", "Used", "Cost of what was used", 6, (row) => row.used),
    amount("workload_idle", "Workload idle", "Allocated and not used", 5, (row) => row.workloadIdle),
    amount("infra_idle", "Infra idle", "Provisioned and not allocated", 5, (row) => row.infraIdle),
    amount(
      "unmeasured",
      "Not measured",
      "Allocated, and nobody measured its use",
      5,
      (row) => row.unmeasured,
    ),
    amount("idle", "Idle", "Of workloads and infrastructure", 0, idleOf),
    amount("month", "Idle a month", "At this rate of the time that was observed", 2, (row) => row.idleMonth),
  ];
}

function amountColumn(currency: string, total: EfficiencyRow) {
  return (
    id: string,
    title: string,
    meaning: string,
    rank: number,
    value: (row: EfficiencyRow) => number,
  ): Column<EfficiencyRow> => {
    const cell = (row: EfficiencyRow) => <Amount value={value(row)} currency={currency} />;
    const idle = value(total) === 0;
    return { id, title, meaning, align: "end", width: 5.75, rank, idle, value, cell, total: cell(total) };
  };
}

function SplitOf({ row }: { row: EfficiencyRow }) {
  const { cost, used, workloadIdle, infraIdle, unmeasured } = row;
  if (cost <= 0) return <span className="muted">–</span>;
  const shares = [used, workloadIdle, infraIdle, unmeasured].map((amount) => amount / cost);
  return <Split parts={PARTS.map((part, at) => ({ ...part, share: shares[at] ?? 0 }))} />;
}

/** The used part of what is paid and measured; null where nothing was measured. */
function usedShare(row: EfficiencyRow): number | null {
  const measured = row.cost - row.unmeasured;
  const known = row.unmeasured <= 0 || row.used + row.workloadIdle > 0;
  return measured > 0 && known ? row.used / measured : null;
}

/** From a cluster to its workloads; from a workload to its page; from a node to what runs on it. */
function downFrom(row: EfficiencyRow, by: readonly string[], view: View): View | null {
  const { cluster, namespace, controller } = row.key;
  if (cluster && namespace && controller?.includes(":")) {
    return pageOf(view, "workload", { path: [cluster, namespace, controller], filter: "" });
  }
  if (by.includes("pool")) {
    return pageOf(view, "cluster", { path: [cluster ?? ""], filter: "" });
  }
  const next = below(questionOf(view, { aggregate: by }), row.key);
  if (next === null || by.length > 1) return next;
  return { ...view, filter: next.filter, tab: "workload" };
}
