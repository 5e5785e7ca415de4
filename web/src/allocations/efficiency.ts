/**
 * Where the money for CPU and memory goes: used, requested and not used, provisioned and not requested. Pure.
 *
 * used = cost × use ÷ charged amount, for CPU and memory each; workload idle = allocated cost − used;
 * infrastructure idle = cost of the nodes that no workload was allocated.
 */

import type { AllocationRow, Allocations, Assets } from "../api/schema";
import { isIdle } from "../words/names";

const MONTH_HOURS = 730;

export interface EfficiencyRow {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** Allocated cost of CPU and memory, and idle where it is asked for. */
  readonly cost: number;
  /** Null where the use was not measured. */
  readonly used: number | null;
  readonly workloadIdle: number | null;
  readonly infraIdle: number;
}

/** One row per group; a cluster's idle row is joined to the cluster's own. */
export function efficiencyRows(answer: Allocations): readonly EfficiencyRow[] {
  const idle = new Map<string, number>();
  for (const row of answer.rows.filter(({ name }) => isIdle(name))) {
    const owner = row.name.replace(/\/?__idle__$/, "");
    idle.set(owner, (idle.get(owner) ?? 0) + row.cpu_cost + row.ram_cost);
  }
  return answer.rows.filter(({ name }) => !isIdle(name)).map((row) => rowOf(row, idle.get(row.name) ?? 0));
}

/** All rows as one. Rows without a measured use count with their cost, and not as used. */
export function totalOf(rows: readonly EfficiencyRow[]): EfficiencyRow {
  const sum = (value: (row: EfficiencyRow) => number | null) =>
    rows.reduce((all, row) => all + (value(row) ?? 0), 0);
  return {
    name: "Total",
    key: {},
    cost: sum((row) => row.cost),
    used: sum((row) => row.used),
    workloadIdle: sum((row) => row.workloadIdle),
    infraIdle: sum((row) => row.infraIdle),
  };
}

/** What is paid for and not used; null where the use was not measured. */
export function idleOf(row: EfficiencyRow): number | null {
  return row.workloadIdle === null ? null : row.workloadIdle + row.infraIdle;
}

/** An amount of the answered window as an amount a month. */
export function perMonth(amount: number, answer: Allocations): number {
  const { start, end } = answer.question.window;
  const until = Math.min(Date.parse(end), Date.parse(answer.as_of));
  const hours = Math.max(1, (until - Date.parse(start)) / 3_600_000);
  return (amount / hours) * MONTH_HOURS;
}

/** The used part of an allocated cost: use over what was charged for. Null where it was not measured. */
export function usedCost(cost: number, charged: number, usage: number | null): number | null {
  if (cost === 0) return 0;
  if (usage === null) return null;
  return charged > 0 ? cost * Math.min(1, usage / charged) : 0;
}

function rowOf(row: AllocationRow, infraIdle: number): EfficiencyRow {
  const cpu = usedCost(row.cpu_cost, row.cpu_core_hours, row.cpu_core_usage_hours);
  const ram = usedCost(row.ram_cost, row.ram_byte_hours, row.ram_byte_usage_hours);
  const allocated = row.cpu_cost + row.ram_cost;
  const used = cpu === null || ram === null ? null : cpu + ram;
  return {
    name: row.name,
    key: row.key,
    cost: allocated + infraIdle,
    used,
    workloadIdle: used === null ? null : allocated - used,
    infraIdle,
  };
}

/**
 * One row per cluster and pool of nodes, from what each node cost and what was allocated on it.
 *
 * A node without a pool is a pool of its own; a node nobody was allocated to is idle as a whole.
 */
export function poolRows(allocations: Allocations, assets: Assets): readonly EfficiencyRow[] {
  const onNode = new Map(
    allocations.rows.map((row) => [`${row.key["cluster"]}/${row.key["node"]}`, rowOf(row, 0)] as const),
  );
  const pools = new Map<string, EfficiencyRow>();
  for (const asset of assets.rows) {
    const { cluster = "", name: node = "" } = asset.key;
    const pool = asset.pool || node;
    const load = onNode.get(`${cluster}/${node}`);
    const paid = asset.cpu_cost + asset.ram_cost;
    const before = pools.get(`${cluster}/${pool}`);
    pools.set(`${cluster}/${pool}`, {
      name: `${cluster}/${pool}`,
      key: { cluster, pool },
      cost: (before?.cost ?? 0) + paid,
      used: added(before, before?.used, load ? load.used : 0),
      workloadIdle: added(before, before?.workloadIdle, load ? load.workloadIdle : 0),
      infraIdle: (before?.infraIdle ?? 0) + paid - (load?.cost ?? 0),
    });
  }
  return [...pools.values()];
}

/** A sum that is unknown as soon as one of its parts is. */
function added(before: unknown, sum: number | null | undefined, part: number | null): number | null {
  if (part === null || (before !== undefined && sum === null)) return null;
  return (sum ?? 0) + part;
}
