/** What became of costs over time, as a chart draws it: used, idle in workloads, idle in nodes, not measured. Pure. */

import type { Allocations, EfficiencyAnswer, Spent } from "../api/schema";
import { type Group, MOST_BUCKETS, type Stack, type Step } from "../charts/stack";
import { type EfficiencyRow, perMonth } from "./efficiency";

type Part = keyof Pick<Spent, "used" | "workload_idle" | "infrastructure_idle" | "unmeasured">;

const DRAWN: readonly { readonly part: Part; readonly label: string; readonly colour: string }[] = [
  { part: "used", label: "Used", colour: "var(--used)" },
  { part: "workload_idle", label: "Workload idle", colour: "var(--workload-idle)" },
  { part: "infrastructure_idle", label: "Infrastructure idle", colour: "var(--infra-idle)" },
  { part: "unmeasured", label: "Not measured", colour: "var(--other)" },
];

const HOUR = 3_600_000;
const LENGTHS: Readonly<Record<string, number>> = { hour: HOUR, day: 24 * HOUR };

/** The steps from the first with an answer until now, of hours or days; one without is a gap. Nothing where there are too many. */
export function courseOf(answer: EfficiencyAnswer, currency: string): Stack {
  const length = LENGTHS[answer.step] ?? 0;
  const own = answer.totals.filter((one) => one.currency === currency);
  const start = Math.min(...own.map((one) => Date.parse(one.start)), Date.parse(answer.window.end));
  const end = Math.min(Date.parse(answer.window.end), Date.parse(answer.as_of));
  const count = length ? Math.ceil((end - start) / length) : 0;
  if (count < 2 || count > MOST_BUCKETS) return { steps: [], groups: [] };
  const found = new Map(own.map((one) => [Date.parse(one.start), one]));
  const times = Array.from({ length: count }, (_, at) => start + at * length);
  const steps = times.map((time) => stepOf(time, length, found.get(time), answer.as_of));
  const groups = DRAWN.map((drawn) =>
    groupOf(
      drawn,
      times.map((time) => found.get(time)?.[drawn.part] ?? null),
    ),
  );
  return { steps, groups: groups.filter(({ total }) => total !== 0) };
}

/**
 * One row per cluster, decided container by container; the same figures as the course.
 * Null where idle is not known, because a filter takes a part of clusters.
 */
export function clusterRows(spent: EfficiencyAnswer, answer: Allocations): readonly EfficiencyRow[] | null {
  const found = new Map<string, EfficiencyRow>();
  for (const one of spent.rows.filter(({ currency }) => currency === answer.currency)) {
    if (one.infrastructure_idle === null) return null;
    const name = one.key["cluster"] ?? "";
    found.set(name, added(found.get(name), one, answer));
  }
  return [...found.values()].filter(({ cost }) => cost !== 0);
}

function added(before: EfficiencyRow | undefined, one: Spent, answer: Allocations): EfficiencyRow {
  const name = one.key["cluster"] ?? "";
  const paid = (resource: string) => one.resources.find((part) => part.resource === resource)?.cost ?? 0;
  const workloadIdle = (before?.workloadIdle ?? 0) + one.workload_idle;
  const infraIdle = (before?.infraIdle ?? 0) + (one.infrastructure_idle ?? 0);
  return {
    name,
    key: one.key,
    cpu: (before?.cpu ?? 0) + paid("cpu"),
    ram: (before?.ram ?? 0) + paid("ram"),
    gpu: (before?.gpu ?? 0) + paid("gpu"),
    cost: (before?.cost ?? 0) + one.cost,
    used: (before?.used ?? 0) + one.used,
    workloadIdle,
    infraIdle,
    unmeasured: (before?.unmeasured ?? 0) + one.unmeasured,
    idleMonth: perMonth(workloadIdle + infraIdle, answer, name),
  };
}

function stepOf(time: number, length: number, spent: Spent | undefined, asOf: string): Step {
  const end = new Date(time + length).toISOString();
  return {
    window: { start: new Date(time).toISOString(), end },
    state: spent ? "complete" : "missing",
    total: spent?.cost ?? null,
    unfinished: Date.parse(end) > Date.parse(asOf),
    uncovered: null,
    estimated: 0,
  };
}

function groupOf(drawn: (typeof DRAWN)[number], values: readonly (number | null)[]): Group {
  const total = values.reduce<number>((all, value) => all + (value ?? 0), 0);
  return { id: drawn.part, label: drawn.label, kind: "row", colour: drawn.colour, values, total, size: 1 };
}
