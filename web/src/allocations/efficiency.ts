/**
 * Where the money for CPU, memory and GPUs goes: used, requested and not used, provisioned and not requested. Pure.
 *
 * used = cost × use ÷ charged amount, for each of the three; workload idle = allocated cost − used; what nobody measured
 * is apart; infrastructure idle = cost of the nodes that no workload was allocated. The four are what is paid.
 */

import type { AllocationRow, Allocations, Assets } from "../api/schema";
import { isIdle } from "../words/names";
import { MONTH_HOURS, observedHours } from "./rates";

export interface EfficiencyRow {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** What is paid for each resource, idle included where it is asked for. */
  readonly cpu: number;
  readonly ram: number;
  readonly gpu: number;
  /** All three. */
  readonly cost: number;
  readonly used: number;
  readonly workloadIdle: number;
  readonly infraIdle: number;
  /** Allocated, and nobody measured its use. */
  readonly unmeasured: number;
  /** What is paid for and not used, as an amount a month of observed time. */
  readonly idleMonth: number;
}

const AMOUNTS = [
  "cpu",
  "ram",
  "gpu",
  "cost",
  "used",
  "workloadIdle",
  "infraIdle",
  "unmeasured",
  "idleMonth",
] as const;

/** One row per group that costs anything, its idle joined to it; who has nothing but idle is there too. */
export function efficiencyRows(answer: Allocations): readonly EfficiencyRow[] {
  const found = new Map<string, EfficiencyRow>();
  for (const row of answer.rows) {
    const own = isIdle(row.name) ? idleRow(row, answer) : rowOf(row, answer);
    const before = found.get(own.name);
    found.set(own.name, before ? sumOf(own.name, before.key, [before, own]) : own);
  }
  return [...found.values()].filter(({ cost }) => cost !== 0);
}

/** All rows as one. */
export function totalOf(rows: readonly EfficiencyRow[]): EfficiencyRow {
  return sumOf("Total", {}, rows);
}

/** What is paid for and known to be not used. */
export function idleOf(row: EfficiencyRow): number {
  return row.workloadIdle + row.infraIdle;
}

/** An amount of the answered window as an amount a month of the time that was observed. */
export function perMonth(amount: number, answer: Allocations, cluster = ""): number {
  return (amount / observedHours(answer, cluster)) * MONTH_HOURS;
}

/** The used part of an allocated cost: use over what was charged for. Null where it was not measured. */
export function usedCost(cost: number, charged: number, usage: number | null): number | null {
  if (cost === 0) return 0;
  if (usage === null) return null;
  return charged > 0 ? cost * Math.min(1, usage / charged) : 0;
}

/** What a row's three resources cost, and what of it was used; null where that was not measured. */
export function resourcesOf(
  row: Pick<
    AllocationRow,
    | "cpu_cost"
    | "ram_cost"
    | "gpu_cost"
    | "cpu_core_hours"
    | "cpu_core_usage_hours"
    | "ram_byte_hours"
    | "ram_byte_usage_hours"
    | "gpu_hours"
    | "gpu_usage_hours"
  >,
): readonly { readonly cost: number; readonly used: number | null }[] {
  return [
    { cost: row.cpu_cost, used: usedCost(row.cpu_cost, row.cpu_core_hours, row.cpu_core_usage_hours) },
    { cost: row.ram_cost, used: usedCost(row.ram_cost, row.ram_byte_hours, row.ram_byte_usage_hours) },
    { cost: row.gpu_cost, used: usedCost(row.gpu_cost, row.gpu_hours, row.gpu_usage_hours) },
  ];
}

/** One row per cluster and pool of nodes, from rows by node; a node without a pool is a pool of its own. */
export function poolRows(nodes: readonly EfficiencyRow[], assets: Assets): readonly EfficiencyRow[] {
  const pools = new Map(
    assets.rows.map((asset) => [`${asset.key["cluster"]}/${asset.key["name"]}`, asset.pool] as const),
  );
  const found = new Map<string, EfficiencyRow[]>();
  for (const row of nodes) {
    const { cluster = "", node = "" } = row.key;
    const name = `${cluster}/${pools.get(`${cluster}/${node}`) || node}`;
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  return [...found].map(([name, rows]) => {
    const cluster = rows[0]?.key["cluster"] ?? "";
    return sumOf(name, { cluster, pool: name.slice(cluster.length + 1) }, rows);
  });
}

function rowOf(row: AllocationRow, answer: Allocations): EfficiencyRow {
  const resources = resourcesOf(row);
  const measured = resources.filter(({ used }) => used !== null);
  const cost = sum(resources.map((one) => one.cost));
  const used = sum(measured.map((one) => one.used ?? 0));
  const workloadIdle = sum(measured.map((one) => one.cost)) - used;
  return {
    name: row.name,
    key: row.key,
    cpu: row.cpu_cost,
    ram: row.ram_cost,
    gpu: row.gpu_cost,
    cost,
    used,
    workloadIdle,
    infraIdle: 0,
    unmeasured: cost - used - workloadIdle,
    idleMonth: perMonth(workloadIdle, answer, clusterOf(row)),
  };
}

/** The idle of a cluster or a node, under the name and the key of whose it is. */
function idleRow(row: AllocationRow, answer: Allocations): EfficiencyRow {
  const name = row.name.replace(/\/?__idle__$/, "");
  const parts = name.split("/");
  const infraIdle = row.cpu_cost + row.ram_cost + row.gpu_cost;
  return {
    name,
    key: Object.fromEntries(answer.question.aggregate.map((field, at) => [field, parts[at] ?? ""])),
    cpu: row.cpu_cost,
    ram: row.ram_cost,
    gpu: row.gpu_cost,
    cost: infraIdle,
    used: 0,
    workloadIdle: 0,
    infraIdle,
    unmeasured: 0,
    idleMonth: perMonth(infraIdle, answer, clusterOf(row)),
  };
}

/** The cluster whose observed time counts; empty for a row of several. */
function clusterOf(row: AllocationRow): string {
  return row.key["cluster"] ?? row.cluster ?? "";
}

function sumOf(name: string, key: EfficiencyRow["key"], rows: readonly EfficiencyRow[]): EfficiencyRow {
  const sums = AMOUNTS.map((amount) => [amount, sum(rows.map((row) => row[amount]))]);
  return { name, key, ...(Object.fromEntries(sums) as Omit<EfficiencyRow, "name" | "key">) };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
