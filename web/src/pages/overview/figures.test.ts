import { describe, expect, test } from "vitest";
import type { Allocations } from "../../api/schema";
import recorded from "../../testing/recorded/allocations-late.json";
import { costIn, costsByCluster, figuresOf, moversOf, newerHalf, withTenancy } from "./figures";

const answer = recorded as unknown as Allocations;

function compared(now: number, before: number): Allocations {
  const rows = answer.rows.map((row) => ({
    ...row,
    previous: {
      total_cost: row.name === "cluster-2" ? before : 1,
      compared_cost: row.name === "cluster-2" ? now : 1,
      change: 0,
      relative: 0,
    },
  }));
  return { ...answer, rows };
}

describe("the overview's figures", () => {
  test("have each cluster's rate over the time it was observed, gaps left out", () => {
    const hours = new Map(answer.completeness.map((one) => [one.cluster, one.coverage_minutes / 60]));
    const rates = [...costsByCluster(answer.rows)].map(
      ([name, cost]) => (cost / (hours.get(name) ?? 1)) * 24,
    );
    expect(figuresOf(answer).perDay).toBeCloseTo(rates.reduce((all, one) => all + one, 0));
  });

  test("expect the month to cost what was observed and the rest of it at that rate", () => {
    const entry = answer.completeness[0];
    const only = (minutes: number): Allocations => ({
      ...answer,
      rows: answer.rows.filter((row) => row.name === "cluster-0").map((row) => ({ ...row, total_cost: 48 })),
      completeness: entry ? [{ ...entry, coverage_minutes: minutes, first: "2026-11-24T00:00:00Z" }] : [],
    });
    // Seven days of November are left from the 24th: at 48 for two observed days 168, wherever the gap is.
    expect(figuresOf(only(2 * 1440)).projected).toBeCloseTo(168);
    expect(figuresOf(only(2 * 1440)).perDay).toBeCloseTo(24);
    // Three hours of a night say nothing of a month.
    expect(figuresOf(only(180)).projected).toBeNull();
  });

  test("sum the idle of all clusters, by resource too, and name the one with the most", () => {
    const idle = answer.rows.filter(({ name }) => name.endsWith("/__idle__"));
    const most = [...idle].sort((one, other) => other.total_cost - one.total_cost)[0];
    const { idleCost, idleOf, mostIdle } = figuresOf(answer);
    expect(idleCost).toBeCloseTo(idle.reduce((all, row) => all + row.total_cost, 0));
    expect(idleOf.cpu + idleOf.ram + idleOf.gpu).toBeCloseTo(idleCost);
    expect(mostIdle).toBe(most?.key["cluster"]);
  });

  test("list those that changed most in what is compared, with their idle counted to them", () => {
    const [mover, ...others] = moversOf(compared(2, 6), 8);
    expect(others).toEqual([]);
    expect(mover).toEqual({ cluster: "cluster-2", now: 3, before: 7 });
    expect(moversOf(answer, 8)).toEqual([]);
  });

  test("compare the newer half of the days with the older where there is no month before", () => {
    expect(newerHalf(answer)).toBe("2026-11-27T00:00:00Z,2026-11-30T00:00:00Z");
    expect(newerHalf({ ...answer, series: [] })).toBeNull();
  });

  test("count a cluster's idle to the cluster", () => {
    const bucket = answer.series[0];
    const rows = bucket?.rows.filter(({ name }) => ["cluster-2", "cluster-2/__idle__"].includes(name)) ?? [];
    expect(rows.length).toBe(2);
    expect(bucket && costIn(bucket, "cluster-2")).toBeCloseTo(
      rows.reduce((all, row) => all + row.total_cost, 0),
    );
  });
});

describe("a chart of clusters", () => {
  test("has each cluster once, its own disks and fees with it, and costs the same", () => {
    const [first] = answer.rows;
    const own = {
      ...first,
      name: `${first?.name}/__tenancy__`,
      total_cost: 5,
    } as (typeof answer.rows)[number];
    const bucket = answer.series[0] as (typeof answer.series)[number];
    const step = { ...bucket, rows: [...bucket.rows, { name: own.name, total_cost: 5 }] };
    const folded = withTenancy({ ...answer, rows: [...answer.rows, own], series: [step] });
    expect(folded.rows.map(({ name }) => name)).toEqual(answer.rows.map(({ name }) => name));
    expect(folded.rows[0]?.total_cost).toBeCloseTo((first?.total_cost ?? 0) + 5);
    expect(folded.series[0]?.rows.every(({ name }) => !name.endsWith("__tenancy__"))).toBe(true);
  });
});
