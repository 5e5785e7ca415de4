import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bucket, WindowState } from "../api/schema";
import { SLOTS, slotOf, slotsOf } from "./colour";
import { highestOf, type Member, MOST_BUCKETS, sharesOf, stackOf } from "./stack";
import { labelled, ticksOf } from "./ticks";

const DAY = 86_400_000;
const START = Date.parse("2026-11-15T00:00:00Z");
const AS_OF = "2026-11-21T15:00:00Z";

const bucket = (day: number, costs: Record<string, number>, state: WindowState = "complete"): Bucket => ({
  window: {
    start: new Date(START + day * DAY).toISOString(),
    end: new Date(START + (day + 1) * DAY).toISOString(),
  },
  state,
  total_cost: Object.values(costs).reduce((all, cost) => all + cost, 0),
  rows: Object.entries(costs).map(([name, total_cost]) => ({ name, total_cost })),
});

const member = (name: string, total: number): Member => ({ name, label: name, identity: name, total });

const costsOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, count - at]));

describe("other ways to draw a stack", () => {
  const stack = stackOf(
    [bucket(0, { a: 3, b: 1 }), bucket(1, {}, "missing")],
    [member("a", 3), member("b", 1)],
    AS_OF,
  );

  test("as shares makes each step a whole, and leaves gaps", () => {
    expect(sharesOf(stack.groups).map(({ values }) => values)).toEqual([
      [0.75, null],
      [0.25, null],
    ]);
  });

  test("as lines is as high as the highest group, as bars as their sum", () => {
    expect([highestOf(stack, new Set(), "lines"), highestOf(stack, new Set())]).toEqual([3, 4]);
    expect(highestOf(stack, new Set(), "share")).toBe(1);
  });
});

describe("what is estimated of a step", () => {
  const days = Array.from({ length: 2 * MOST_BUCKETS }, (_, at) => ({
    ...bucket(at, { a: 3 }, "partial"),
    estimated_cost: 1,
  }));

  test("stays the same in all, however many steps are drawn as one", () => {
    const asOf = new Date(START + 400 * DAY).toISOString();
    for (const count of [1, 7, MOST_BUCKETS, 2 * MOST_BUCKETS]) {
      const { steps } = stackOf(days.slice(0, count), [member("a", 3)], asOf);
      expect(steps.reduce((all, { estimated }) => all + estimated, 0)).toBe(count);
    }
  });
});

describe("a stack", () => {
  test("has at most eight groups and the others together, and nothing is lost", () => {
    const costs = costsOf(20);
    const stack = stackOf(
      [bucket(0, costs)],
      Object.entries(costs).map(([name, total]) => member(name, total)),
      AS_OF,
    );
    expect(stack.groups.map(({ kind }) => kind)).toEqual([...Array(8).fill("row"), "other"]);
    expect(stack.groups.at(-1)).toMatchObject({ label: "12 others", size: 12 });
    expect(stack.groups.reduce((all, group) => all + group.total, 0)).toBeCloseTo(210);
  });

  test("draws a ninth row instead of calling it others", () => {
    const costs = costsOf(9);
    const stack = stackOf(
      [bucket(0, costs)],
      Object.entries(costs).map(([name, total]) => member(name, total)),
      AS_OF,
    );
    expect(stack.groups.map(({ kind }) => kind)).toEqual(Array(9).fill("row"));
  });

  test("puts the idle of all clusters together, last and apart", () => {
    const costs = { a: 5, "a/__idle__": 2, b: 4, "b/__idle__": 1 };
    const stack = stackOf(
      [bucket(0, costs)],
      Object.entries(costs).map(([name, total]) => member(name, total)),
      AS_OF,
    );
    expect(stack.groups.at(-1)).toMatchObject({ kind: "idle", total: 3, size: 2 });
  });

  test("has a gap, not a zero, where data are missing", () => {
    const stack = stackOf(
      [bucket(0, { a: 1 }), bucket(1, {}, "missing"), bucket(2, { a: 1 })],
      [member("a", 2)],
      AS_OF,
    );
    expect(stack.steps[1]).toMatchObject({ total: null, state: "missing" });
    expect(stack.groups[0]?.values).toEqual([1, null, 1]);
  });

  test("keeps a step that really cost nothing", () => {
    const stack = stackOf([bucket(0, { a: 1 }), bucket(1, {})], [member("a", 1)], AS_OF);
    expect(stack.steps[1]?.total).toBe(0);
  });

  test("marks the step that is still running, and leaves out the future", () => {
    const stack = stackOf(
      [bucket(5, { a: 1 }), bucket(6, { a: 1 }, "partial"), bucket(7, {}, "partial")],
      [member("a", 2)],
      AS_OF,
    );
    expect(stack.steps.map(({ unfinished, total }) => [unfinished, total])).toEqual([
      [false, 1],
      [true, 1],
      [false, null],
    ]);
  });

  test("merges steps that would be too many to see, without changing their sum", () => {
    const series = Array.from({ length: 400 }, (_, day) => bucket(day - 400, { a: 1 }));
    const stack = stackOf(series, [member("a", 400)], AS_OF);
    expect(stack.steps.length).toBeLessThanOrEqual(MOST_BUCKETS);
    expect(stack.groups[0]?.total).toBe(400);
  });
});

describe("colours", () => {
  test("depend on the path alone where there is no conflict", () => {
    expect(slotsOf(["prod-eu-1"]).get("prod-eu-1")).toBe(slotOf("prod-eu-1"));
  });

  test("are all different for up to twelve groups, whatever their order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: SLOTS }), (paths) => {
        const slots = slotsOf(paths);
        expect(new Set(slots.values()).size).toBe(paths.length);
        expect(slotsOf([...paths].reverse())).toEqual(slots);
      }),
    );
  });
});

describe("an axis", () => {
  test("has round steps and room for the highest bar", () => {
    expect(ticksOf(1234)).toEqual({ max: 1500, interval: 500 });
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (highest) => {
        const { max, interval } = ticksOf(highest);
        expect(max).toBeGreaterThanOrEqual(highest * (1 - 1e-6));
        expect(max / interval).toBeLessThanOrEqual(6);
      }),
    );
  });

  test("writes as many labels as fit, the last one always", () => {
    const write = labelled(30, 640, 64);
    const written = Array.from({ length: 30 }, (_, at) => at).filter(write);
    expect(written.length).toBeLessThanOrEqual(10);
    expect(written.at(-1)).toBe(29);
  });
});
