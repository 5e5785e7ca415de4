import { describe, expect, test } from "vitest";
import type { Allocations, EfficiencyAnswer, Spent } from "../api/schema";
import { clusterRows, courseOf } from "./course";

function spent(day: number, used: number, facts: Partial<Spent> = {}): Spent {
  return {
    start: `2026-01-0${day}T00:00:00Z`,
    key: {},
    currency: "USD",
    cost: used + 3,
    used,
    workload_idle: 2,
    unmeasured: 0,
    infrastructure_idle: 1,
    overhead: 0,
    efficiency: null,
    workload_efficiency: null,
    resources: [],
    ...facts,
  };
}

function answered(totals: readonly Spent[], step = "day", days = 3): EfficiencyAnswer {
  const window = { start: "2026-01-01T00:00:00Z", end: `2026-01-0${1 + days}T00:00:00Z` };
  return { window, step, totals, as_of: "2026-01-03T12:00:00Z" } as unknown as EfficiencyAnswer;
}

describe("the course of efficiency", () => {
  test("draws the parts of each step, and what nobody has is not drawn", () => {
    const { steps, groups } = courseOf(answered([spent(1, 5), spent(2, 6), spent(3, 7)]), "USD");
    expect(steps.map(({ total }) => total)).toEqual([8, 9, 10]);
    expect(groups.map(({ id, values }) => [id, values])).toEqual([
      ["used", [5, 6, 7]],
      ["workload_idle", [2, 2, 2]],
      ["infrastructure_idle", [1, 1, 1]],
    ]);
    expect(steps.map(({ unfinished }) => unfinished)).toEqual([false, false, true]);
  });

  test("a step without an answer is a gap, and other currencies are not added", () => {
    const { steps, groups } = courseOf(
      answered([spent(1, 5), spent(2, 9, { currency: "EUR" }), spent(3, 7)]),
      "USD",
    );
    expect(steps.map(({ state, total }) => [state, total])).toEqual([
      ["complete", 8],
      ["missing", null],
      ["complete", 10],
    ]);
    expect(groups[0]?.values).toEqual([5, null, 7]);
  });

  test("one step, or steps of other lengths, are not drawn", () => {
    expect(courseOf(answered([spent(1, 5)], "all"), "USD").steps).toEqual([]);
    expect(courseOf(answered([spent(1, 5)], "day", 1), "USD").steps).toEqual([]);
  });

  test("a cluster's row is the sum of its steps, and is not known where idle is not", () => {
    const key = { cluster: "c" };
    const cpu = {
      resource: "cpu",
      cost: 8,
      used: 5,
      workload_idle: 2,
      unmeasured: 0,
      infrastructure_idle: 1,
    };
    const rows = [spent(1, 5, { key, resources: [cpu] }), spent(2, 6, { key })];
    const { window, as_of } = answered([]);
    const allocations = {
      currency: "USD",
      question: { window },
      as_of,
      completeness: [],
    } as unknown as Allocations;
    const answer = { ...answered([]), rows } as unknown as EfficiencyAnswer;
    expect(clusterRows(answer, allocations)).toMatchObject([
      { name: "c", key, cpu: 8, ram: 0, cost: 17, used: 11, workloadIdle: 4, infraIdle: 2, unmeasured: 0 },
    ]);
    const unknown = [spent(1, 5, { key, infrastructure_idle: null })];
    expect(clusterRows({ ...answer, rows: unknown } as unknown as EfficiencyAnswer, allocations)).toBeNull();
  });
});
