/** The overview's figures, from this month's answer and the same days of the last month. Pure. */

import type { Allocations, Bucket } from "../../api/schema";
import { isUnfinished } from "../../completeness";
import { isIdle } from "../../words/names";

const DAY_MS = 86_400_000;
const RATE_DAYS = 7;

/** Half a cent: less is written as no change. */
const LEAST_CHANGE = 0.005;

export interface Figures {
  /** How many days of the month are over. */
  readonly fullDays: number;
  /** Cost of the full days so far, to compare with as many days of the month before. */
  readonly fullCost: number;
  /** Mean cost of the last full days, at most seven; null on the first day. */
  readonly perDay: number | null;
  readonly rateDays: number;
  /** The month's cost if its other days cost as much as the last ones. */
  readonly projected: number | null;
  readonly idleCost: number;
  /** The cluster with the most idle cost. */
  readonly mostIdle: string | null;
}

export function figuresOf(answer: Allocations): Figures {
  const full = fullSteps(answer);
  const fullCost = sum(full.map((bucket) => bucket.total_cost));
  const recent = full.filter((bucket) => bucket.rows.length > 0).slice(-RATE_DAYS);
  const perDay = recent.length > 0 ? sum(recent.map((bucket) => bucket.total_cost)) / recent.length : null;
  const idle = answer.rows.filter((row) => isIdle(row.name));
  const most = idle.reduce((top, row) => (row.total_cost > (top?.total_cost ?? 0) ? row : top), idle[0]);
  return {
    fullDays: full.length,
    fullCost,
    perDay,
    rateDays: recent.length,
    projected: perDay === null ? null : fullCost + perDay * (daysOfMonth(answer) - full.length),
    idleCost: sum(idle.map((row) => row.total_cost)),
    mostIdle: most?.key["cluster"] ?? null,
  };
}

/** The first `days` days of the month before the one that holds `start`, as a window parameter. */
export function sameDaysBefore(start: string, days: number): string {
  const first = new Date(start);
  const before = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - 1, 1);
  const until = Math.min(before + days * DAY_MS, Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1));
  return `${iso(before)},${iso(until)}`;
}

/** A cluster's cost over the full steps, idle included; null where it has none in any. */
export function fullCostOf(answer: Allocations, cluster: string): number | null {
  const amounts = fullSteps(answer).flatMap((bucket) => {
    const cost = costIn(bucket, cluster);
    return cost === null ? [] : [cost];
  });
  return amounts.length > 0 ? sum(amounts) : null;
}

/** What a cluster cost in one step, idle included; null where the step has nothing of it. */
export function costIn(bucket: Bucket, cluster: string): number | null {
  const own = bucket.rows.filter((row) => clusterOf(row.name) === cluster);
  return own.length > 0 ? sum(own.map((row) => row.total_cost)) : null;
}

/** The cluster of a row of the overview's query, be it the cluster's own or its idle. */
export function clusterOf(name: string): string {
  return name.replace(/\/__idle__$/, "");
}

export interface Mover {
  readonly cluster: string;
  readonly now: number;
  readonly before: number;
}

/** Two spans of days that are compared. */
export interface Spans {
  readonly now: readonly Bucket[];
  readonly before: readonly Bucket[];
}

/** The full days of this answer against those of the answer for the month before. */
export function againstMonth(now: Allocations, before: Allocations): Spans {
  return { now: fullSteps(now), before: before.series };
}

/** The newer half of the full days that have data against the older half, for a fleet without a month before. */
export function againstOwn(answer: Allocations): Spans {
  const days = fullSteps(answer).filter((bucket) => bucket.rows.length > 0);
  const half = Math.floor(days.length / 2);
  return {
    now: days.slice(days.length - half),
    before: days.slice(days.length - 2 * half, days.length - half),
  };
}

/** The clusters that changed most between two spans, risen first; clusters of only one span count as new or gone. */
export function moversOf({ now, before }: Spans, most: number): readonly Mover[] {
  const movers = new Map<string, { now: number; before: number }>();
  for (const [side, buckets] of [
    ["now", now],
    ["before", before],
  ] as const) {
    for (const row of buckets.flatMap((bucket) => bucket.rows)) {
      const cluster = clusterOf(row.name);
      const entry = movers.get(cluster) ?? { now: 0, before: 0 };
      entry[side] += row.total_cost;
      movers.set(cluster, entry);
    }
  }
  return [...movers]
    .map(([cluster, costs]) => ({ cluster, ...costs }))
    .filter((mover) => Math.abs(mover.now - mover.before) >= LEAST_CHANGE)
    .sort((one, other) => Math.abs(other.now - other.before) - Math.abs(one.now - one.before))
    .slice(0, most)
    .sort((one, other) => other.now - other.before - (one.now - one.before));
}

function fullSteps(answer: Allocations): readonly Bucket[] {
  return answer.series.filter(
    (bucket) =>
      !isUnfinished(bucket, answer.as_of) && Date.parse(bucket.window.end) <= Date.parse(answer.as_of),
  );
}

function daysOfMonth(answer: Allocations): number {
  const start = new Date(answer.question.window.start);
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
