/** From an answer's series to what a stacked chart draws: at most eight groups, the others together, idle apart. */

import type { Bucket, WindowState } from "../api/schema";
import { isUnfinished } from "../completeness";
import { isIdle } from "../words/names";
import { isGap } from "../words/states";
import { colourOf, IDLE_COLOUR, OTHER_COLOUR, slotsOf } from "./colour";

export const MOST_GROUPS = 8;
/** More bars than this are merged: they would be thinner than the gaps between them. */
export const MOST_BUCKETS = 124;

/** A row as the chart needs it. */
export interface Member {
  readonly name: string;
  readonly label: string;
  /** The full path, which has the colour. */
  readonly identity: string;
  readonly total: number;
}

export interface Group {
  readonly id: string;
  readonly label: string;
  readonly kind: "row" | "other" | "idle";
  readonly colour: string;
  /** One amount a step; null where the step is a gap. */
  readonly values: readonly (number | null)[];
  readonly total: number;
  /** How many rows are in it. */
  readonly size: number;
}

export interface Step {
  readonly window: { readonly start: string; readonly end: string };
  readonly state: WindowState;
  readonly total: number | null;
  readonly unfinished: boolean;
  /** Of its assets' list cost, what no bill covers; null where nothing is said. */
  readonly uncovered: number | null;
  /** The part of the total that is estimated, over silences of the source. */
  readonly estimated: number;
}

export interface Stack {
  readonly steps: readonly Step[];
  /** Bottom first; idle and other on top. */
  readonly groups: readonly Group[];
}

/** Lay out a series for drawing. `members` are the answer's rows. */
export function stackOf(series: readonly Bucket[], members: readonly Member[], asOf: string): Stack {
  const buckets = merged(series);
  const steps = buckets.map((bucket) => stepOf(bucket, asOf));
  const named = members
    .filter((member) => !isIdle(member.name))
    .sort((one, other) => other.total - one.total);
  // A single row more than fits is drawn: "other (1)" would only hide its name.
  const shown = named.length === MOST_GROUPS + 1 ? named : named.slice(0, MOST_GROUPS);
  const slots = slotsOf(shown.map((member) => member.identity));
  const rows = shown.map((member) =>
    rowGroup(member, buckets, steps, colourOf(slots.get(member.identity) ?? 0)),
  );
  const idle = idleGroup(members, buckets, steps);
  const other = otherGroup(steps, [...rows, idle], named.length - shown.length);
  const groups = [...rows, other, idle].filter(
    (group) => group.size > 0 && group.values.some((value) => value),
  );
  return { steps, groups };
}

/** How a stack is drawn: bars on bars, each as part of its step's sum, or lines beside each other. */
export type ChartKind = "bars" | "share" | "lines";

/** The groups with each value as its part of what is drawn in the step; gaps stay gaps. */
export function sharesOf(groups: readonly Group[]): readonly Group[] {
  const steps = groups[0]?.values.length ?? 0;
  const sums = Array.from({ length: steps }, (_, at) =>
    groups.reduce((all, group) => all + Math.max(0, group.values[at] ?? 0), 0),
  );
  return groups.map((group) => ({
    ...group,
    values: group.values.map((value, at) => {
      const sum = sums[at] ?? 0;
      return value === null || sum <= 0 ? null : Math.max(0, value) / sum;
    }),
  }));
}

/** The highest point of the groups that are drawn. */
export function highestOf(stack: Stack, hidden: ReadonlySet<string>, kind: ChartKind = "bars"): number {
  if (kind === "share") return 1;
  const groups = stack.groups.filter((group) => !hidden.has(group.id));
  if (kind === "lines")
    return Math.max(0, ...groups.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const heights = stack.steps.map((_, at) =>
    groups.reduce((all, group) => all + Math.max(0, group.values[at] ?? 0), 0),
  );
  return Math.max(0, ...heights);
}

function stepOf(bucket: Bucket, asOf: string): Step {
  const future = Date.parse(bucket.window.start) > Date.parse(asOf);
  const gap = future || (isGap(bucket.state) && bucket.total_cost === 0);
  return {
    window: bucket.window,
    state: bucket.state,
    total: gap ? null : bucket.total_cost,
    unfinished: isUnfinished(bucket, asOf),
    uncovered: bucket.uncovered_share ?? null,
    estimated: gap ? 0 : (bucket.estimated_cost ?? 0),
  };
}

function rowGroup(member: Member, buckets: readonly Bucket[], steps: readonly Step[], colour: string): Group {
  const values = amounts(buckets, steps, (name) => name === member.name);
  return { id: member.name, label: member.label, kind: "row", colour, values, total: sumOf(values), size: 1 };
}

function idleGroup(members: readonly Member[], buckets: readonly Bucket[], steps: readonly Step[]): Group {
  const values = amounts(buckets, steps, isIdle);
  const size = members.filter((member) => isIdle(member.name)).length;
  return {
    id: "__idle__",
    label: "Idle",
    kind: "idle",
    colour: IDLE_COLOUR,
    values,
    total: sumOf(values),
    size,
  };
}

/** What the steps' totals hold beyond the groups that are drawn. */
function otherGroup(steps: readonly Step[], drawn: readonly Group[], size: number): Group {
  const values = steps.map((step, at) => {
    if (step.total === null) return null;
    const rest = step.total - drawn.reduce((all, group) => all + (group.values[at] ?? 0), 0);
    return Math.abs(rest) < 1e-6 ? 0 : rest;
  });
  const label = `${size} other${size === 1 ? "" : "s"}`;
  return { id: "__other__", label, kind: "other", colour: OTHER_COLOUR, values, total: sumOf(values), size };
}

function amounts(buckets: readonly Bucket[], steps: readonly Step[], wanted: (name: string) => boolean) {
  return buckets.map((bucket, at) => {
    if (steps[at]?.total === null) return null;
    return bucket.rows.reduce((all, row) => (wanted(row.name) ? all + row.total_cost : all), 0);
  });
}

/** Neighbouring steps added up until they are few enough to see. */
function merged(series: readonly Bucket[]): readonly Bucket[] {
  const width = Math.ceil(series.length / MOST_BUCKETS);
  if (width < 2) return series;
  const buckets: Bucket[] = [];
  for (let at = 0; at < series.length; at += width) buckets.push(together(series.slice(at, at + width)));
  return buckets;
}

function together(buckets: readonly Bucket[]): Bucket {
  const first = buckets[0] as Bucket;
  const last = buckets.at(-1) as Bucket;
  const rows = new Map<string, number>();
  for (const row of buckets.flatMap((bucket) => bucket.rows)) {
    rows.set(row.name, (rows.get(row.name) ?? 0) + row.total_cost);
  }
  const same = buckets.every((bucket) => bucket.state === first.state);
  return {
    window: { start: first.window.start, end: last.window.end },
    state: same ? first.state : "partial",
    total_cost: buckets.reduce((all, bucket) => all + bucket.total_cost, 0),
    rows: [...rows].map(([name, total_cost]) => ({ name, total_cost })),
    estimated_cost: buckets.reduce((all, bucket) => all + (bucket.estimated_cost ?? 0), 0),
    uncovered_share: largest(buckets.map((bucket) => bucket.uncovered_share ?? null)),
  };
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** Where billed steps end or begin, as positions between steps; none where all are billed, or none is. */
export function bordersOf(steps: readonly Step[]): readonly { at: number; before: boolean }[] {
  const borders: { at: number; before: boolean }[] = [];
  let last: boolean | null = null;
  steps.forEach(({ uncovered, total }, at) => {
    if (uncovered === null || total === null) return;
    const billed = uncovered < 1;
    if (last !== null && last !== billed) borders.push({ at, before: last });
    last = billed;
  });
  return borders;
}

function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((all, value) => all + (value ?? 0), 0);
}
