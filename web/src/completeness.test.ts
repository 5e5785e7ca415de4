import { describe, expect, test } from "vitest";
import type { Completeness } from "./api/schema";
import { isBeforeAll, isLowerBound, isUnfinished, reasonOf } from "./completeness";

const entry = (changes: Partial<Completeness>): Completeness => ({
  cluster: "a",
  state: "complete",
  windows: { complete: 7 },
  first: "2026-01-01T00:00:00Z",
  last: "2026-11-21T15:00:00Z",
  coverage_minutes: 100,
  expected_minutes: 100,
  causes: [],
  ...changes,
});

describe("a total", () => {
  test("over complete clusters is no lower bound, although the last window is still running", () => {
    expect(isLowerBound([entry({ state: "partial", windows: { complete: 6, partial: 1 } })])).toBe(false);
  });

  test("is a lower bound where minutes were not observed", () => {
    expect(isLowerBound([entry({ coverage_minutes: 99 })])).toBe(true);
  });

  test("is a lower bound where a window is missing, even if nobody counted its minutes", () => {
    expect(isLowerBound([entry({ windows: { complete: 6, missing: 1 } })])).toBe(true);
  });

  test("is not made a lower bound by a cluster that did not exist yet", () => {
    const young = entry({
      state: "before first seen",
      windows: { "before first seen": 7 },
      coverage_minutes: 0,
      expected_minutes: 0,
    });
    expect(isLowerBound([entry({}), young])).toBe(false);
    expect(isBeforeAll([young])).toBe(true);
    expect(isBeforeAll([])).toBe(false);
  });
});

describe("the reason", () => {
  test("names the worst first and never rounds up to whole", () => {
    const short = [
      entry({ cluster: "b", state: "partial", coverage_minutes: 999, expected_minutes: 1000 }),
      entry({ cluster: "c", state: "silent", coverage_minutes: 40 }),
      entry({}),
    ];
    expect(reasonOf(short)).toBe(
      "2 of 3 clusters are incomplete: c (silent, 40% observed) and b (partial, 99% observed)",
    );
  });

  test("for a single cluster is about that cluster", () => {
    expect(reasonOf([entry({ state: "late", coverage_minutes: 96 })])).toBe(
      "a (late, 96% observed) is incomplete",
    );
  });

  test("counts those it does not name", () => {
    const many = ["b", "c", "d", "e", "f"].map((cluster) =>
      entry({ cluster, state: "late", coverage_minutes: 1 }),
    );
    expect(reasonOf(many)).toMatch(/^5 of 5 clusters .* and 2 more$/);
  });
});

describe("a step", () => {
  const bucket = {
    window: { start: "2026-11-21T00:00:00Z", end: "2026-11-22T00:00:00Z" },
    state: "partial" as const,
    total_cost: 1,
    rows: [],
  };

  test("is unfinished while the answer's time lies inside it", () => {
    expect(isUnfinished(bucket, "2026-11-21T15:12:00Z")).toBe(true);
    expect(isUnfinished(bucket, "2026-11-22T00:00:00Z")).toBe(false);
    expect(isUnfinished(bucket, "2026-11-20T23:59:00Z")).toBe(false);
  });
});
