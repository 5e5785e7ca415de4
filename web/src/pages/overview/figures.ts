/** The overview's figures, from one answer by cluster with what it is compared with. Pure. */

import { DAY_HOURS, observedHours } from "../../allocations/rates";
import type { AllocationRow, Allocations, Bucket } from "../../api/schema";
import { isUnfinished } from "../../completeness";
import { isIdle } from "../../words/names";

const HOUR_MS = 3_600_000;
const DAY_MS = DAY_HOURS * HOUR_MS;

/** Half a cent: less is written as no change. */
const LEAST_CHANGE = 0.005;

export interface Figures {
  /** What a day costs at the rate of the time in which each cluster was observed; null where none was. */
  readonly perDay: number | null;
  /** The month's cost if what is missing and to come costs as much; null before a whole day was observed: nights differ from days. */
  readonly projected: number | null;
  readonly idleCost: number;
  /** Idle of CPU, memory and GPUs. */
  readonly idleOf: { readonly cpu: number; readonly ram: number; readonly gpu: number };
  /** The cluster with the most idle cost. */
  readonly mostIdle: string | null;
}

export function figuresOf(answer: Allocations): Figures {
  const costs = costsByCluster(answer.rows);
  const rates = [...costs].map(([cluster, cost]) => ({
    cluster,
    cost,
    perDay: (cost / observedHours(answer, cluster)) * DAY_HOURS,
  }));
  const idle = answer.rows.filter((row) => isIdle(row.name));
  const most = idle.reduce((top, row) => (row.total_cost > (top?.total_cost ?? 0) ? row : top), idle[0]);
  return {
    perDay: rates.length > 0 ? sum(rates.map((one) => one.perDay)) : null,
    projected:
      rates.length > 0 && observedHours(answer) >= DAY_HOURS
        ? sum(rates.map(({ cluster, cost, perDay }) => cost + perDay * unobservedDays(answer, cluster)))
        : null,
    idleCost: sum(idle.map((row) => row.total_cost)),
    idleOf: {
      cpu: sum(idle.map((row) => row.cpu_cost)),
      ram: sum(idle.map((row) => row.ram_cost)),
      gpu: sum(idle.map((row) => row.gpu_cost)),
    },
    mostIdle: most?.key["cluster"] ?? null,
  };
}

/** Days of the month since a cluster was first seen in it that were not observed: missing, or to come. */
function unobservedDays(answer: Allocations, cluster: string): number {
  const start = new Date(answer.question.window.start);
  const end = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
  const first = answer.completeness.find((entry) => entry.cluster === cluster)?.first;
  const since = first ? Math.max(Date.parse(first), start.getTime()) : start.getTime();
  return Math.max(0, (end - since) / DAY_MS - observedHours(answer, cluster) / DAY_HOURS);
}

/** The newer half of the full days that have data, as a window to compare with the older half; null where there is none. */
export function newerHalf(answer: Allocations): string | null {
  const days = answer.series.filter(
    (bucket) => !isUnfinished(bucket, answer.as_of) && bucket.rows.length > 0,
  );
  const half = Math.floor(days.length / 2);
  const end = days.at(-1)?.window.end;
  if (half === 0 || end === undefined) return null;
  return `${iso(Date.parse(end) - half * DAY_MS)},${iso(Date.parse(end))}`;
}

/** Costs by cluster, each cluster's idle with its own. */
export function costsByCluster(rows: readonly AllocationRow[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { name, total_cost } of rows) {
    sums.set(clusterOf(name), (sums.get(clusterOf(name)) ?? 0) + total_cost);
  }
  return sums;
}

/** What a cluster cost in one step, idle included; null where the step has nothing of it. */
export function costIn(bucket: Bucket, cluster: string): number | null {
  const own = bucket.rows.filter((row) => clusterOf(row.name) === cluster);
  return own.length > 0 ? sum(own.map((row) => row.total_cost)) : null;
}

/** The cluster of a row of the overview's query, be it its own, its idle or its tenancy. */
export function clusterOf(name: string): string {
  return name.replace(/\/__(idle|tenancy|shared)__$/, "");
}

/** The answer with each cluster's own disks and fees in its row and its steps, so that a chart has each cluster once. */
export function withTenancy(answer: Allocations): Allocations {
  const folded = (name: string) => name.replace(/\/__tenancy__$/, "");
  const clusters = new Map<string, AllocationRow>();
  for (const row of answer.rows) {
    const name = folded(row.name);
    const before = clusters.get(name);
    clusters.set(name, { ...(before ?? row), name, total_cost: row.total_cost + (before?.total_cost ?? 0) });
  }
  const series = answer.series.map((bucket) => ({
    ...bucket,
    rows: bucket.rows.map((row) => ({ ...row, name: folded(row.name) })),
  }));
  return { ...answer, rows: [...clusters.values()], series };
}

export interface Mover {
  readonly cluster: string;
  readonly now: number;
  readonly before: number;
}

/** What each cluster cost in the part of both windows that is compared; those with no such part are left out. */
export function changesOf(answer: Allocations): readonly Mover[] {
  const movers = new Map<string, { now: number; before: number }>();
  for (const { name, previous } of answer.rows) {
    if (previous?.total_cost == null || previous.compared_cost == null) continue;
    const entry = movers.get(clusterOf(name)) ?? { now: 0, before: 0 };
    entry.now += previous.compared_cost;
    entry.before += previous.total_cost;
    movers.set(clusterOf(name), entry);
  }
  return [...movers]
    .map(([cluster, costs]) => ({ cluster, ...costs }))
    .filter(({ now, before }) => now !== 0 || before !== 0);
}

/** The clusters that changed most, risen first. */
export function moversOf(answer: Allocations, most: number): readonly Mover[] {
  return changesOf(answer)
    .filter((mover) => Math.abs(mover.now - mover.before) >= LEAST_CHANGE)
    .sort((one, other) => Math.abs(other.now - other.before) - Math.abs(one.now - one.before))
    .slice(0, most)
    .sort((one, other) => other.now - other.before - (one.now - one.before));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
