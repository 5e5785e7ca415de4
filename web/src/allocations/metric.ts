/** One kind of cost instead of all together: which there are, and its course from the server's file. Pure. */
import type { AllocationMeasures, Allocations, Bucket } from "../api/schema";
import { COSTS, type CostColumn } from "../words/costs";
import { csvRows } from "../words/csv";
import { observedHours } from "./rates";

/** More rows than this make the file of all steps too long to draw nine groups from. */
export const MOST_ROWS = 500;

const TOTAL = COSTS[0] as CostColumn;

/** The parameter's word for a kind of cost: `cpu` for `cpu_cost`. */
export function wordOf({ column }: CostColumn): string {
  return column.replace(/_cost$/, "");
}

/** The kind of cost that a parameter names; all together where it names none. */
export function metricOf(word: string): CostColumn {
  return COSTS.find((cost) => wordOf(cost) === word) ?? TOTAL;
}

export function isTotal(metric: CostColumn): boolean {
  return metric === TOTAL;
}

/** The answer as if there were only this kind of cost, drawn from the steps of `file`. */
export function ofMetric(answer: Allocations, { column }: CostColumn, file: string): Allocations {
  const steps = new Map<number, Bucket["rows"][number][]>();
  for (const line of csvRows(file)) {
    const start = Date.parse(`${line["window_start"]?.replace(" ", "T")}Z`);
    const rows = steps.get(start) ?? [];
    rows.push({ name: line["name"] ?? "", total_cost: Number(line[column]) });
    steps.set(start, rows);
  }
  const series = answer.series.map((bucket) => {
    const rows = steps.get(Date.parse(bucket.window.start)) ?? [];
    // Of one kind of cost the file does not say what is estimated.
    return {
      ...bucket,
      rows,
      total_cost: rows.reduce((all, row) => all + row.total_cost, 0),
      estimated_cost: 0,
    };
  });
  return { ...answer, series, rows: answer.rows.map((row) => ({ ...row, total_cost: row[column] ?? 0 })) };
}

const RATE_HOURS: Readonly<Record<string, number>> = { hour: 1, day: 24, month: 730 };

/** Every cost as a rate over the time its cluster was observed; the series stays as it is. */
export function atRate(answer: Allocations, rate: string): Allocations {
  const hours = RATE_HOURS[rate];
  if (hours === undefined) return answer;
  const scaled = <Row extends AllocationMeasures>(row: Row, cluster: string): Row => {
    const factor = hours / observedHours(answer, cluster);
    const costs = COSTS.map(({ column }) => [column, (row[column] ?? 0) * factor]);
    return { ...row, ...Object.fromEntries(costs) };
  };
  const rows = answer.rows.map((row) => scaled(row, row.key["cluster"] ?? row.cluster ?? ""));
  const sums = COSTS.map(({ column }) => [column, rows.reduce((all, row) => all + (row[column] ?? 0), 0)]);
  return { ...answer, rows, totals: { ...answer.totals, ...Object.fromEntries(sums) } };
}
