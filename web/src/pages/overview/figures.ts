/** The overview's figures, from this month's answer and the same days of the last month. Pure. */

import type { Allocations, Bucket } from "../../api/schema";
import { isUnfinished } from "../../completeness";
import { isIdle } from "../../words/names";

const DAY_MS = 86_400_000;
const RATE_DAYS = 7;

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
  const recent = full.slice(-RATE_DAYS);
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

/** One row's cost over the full steps; null where it has none in any. */
export function fullCostOf(answer: Allocations, name: string): number | null {
  const amounts = fullSteps(answer).flatMap((bucket) =>
    bucket.rows.filter((row) => row.name === name).map((row) => row.total_cost),
  );
  return amounts.length > 0 ? sum(amounts) : null;
}

export interface Mover {
  readonly cluster: string;
  readonly now: number;
  readonly before: number;
}

/** The clusters that changed most between the two periods, risen first; clusters of only one period count as new or gone. */
export function moversOf(now: Allocations, before: Allocations, most: number): readonly Mover[] {
  const movers = new Map<string, { now: number; before: number }>();
  for (const [side, answer] of [
    ["now", now],
    ["before", before],
  ] as const) {
    for (const bucket of side === "now" ? fullSteps(answer) : answer.series) {
      for (const row of bucket.rows) {
        const cluster = row.name.replace(/\/__idle__$/, "");
        const entry = movers.get(cluster) ?? { now: 0, before: 0 };
        entry[side] += row.total_cost;
        movers.set(cluster, entry);
      }
    }
  }
  return [...movers]
    .map(([cluster, costs]) => ({ cluster, ...costs }))
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
