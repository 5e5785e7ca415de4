import { describe, expect, test } from "vitest";
import type { Allocations } from "../../api/schema";
import recorded from "../../testing/recorded/allocations-late.json";
import { againstMonth, againstOwn, costIn, figuresOf, moversOf, sameDaysBefore } from "./figures";

const answer = recorded as unknown as Allocations;

describe("the overview's figures", () => {
  test("count only days that are over", () => {
    const figures = figuresOf(answer);
    const full = answer.series.slice(0, 6).reduce((all, bucket) => all + bucket.total_cost, 0);
    expect(figures.fullDays).toBe(6);
    expect(figures.fullCost).toBeCloseTo(full);
    expect(figures.perDay).toBeCloseTo(full / 6);
  });

  test("sum the idle of all clusters and name the one with the most", () => {
    const idle = answer.rows.filter(({ name }) => name.endsWith("/__idle__"));
    const most = [...idle].sort((one, other) => other.total_cost - one.total_cost)[0];
    expect(figuresOf(answer).idleCost).toBeCloseTo(idle.reduce((all, row) => all + row.total_cost, 0));
    expect(figuresOf(answer).mostIdle).toBe(most?.key["cluster"]);
  });

  test("compare with the same days of the month before, and never run into this month", () => {
    expect(sameDaysBefore("2026-11-01T00:00:00Z", 20)).toBe("2026-10-01T00:00:00Z,2026-10-21T00:00:00Z");
    expect(sameDaysBefore("2026-03-01T00:00:00Z", 30)).toBe("2026-02-01T00:00:00Z,2026-03-01T00:00:00Z");
  });

  test("list those that changed most, risen first, with their idle counted to them", () => {
    const before: Allocations = {
      ...answer,
      series: answer.series.map((bucket) => ({
        ...bucket,
        rows: bucket.rows.map((row) =>
          row.name === "cluster-2" ? { ...row, total_cost: row.total_cost * 2 } : row,
        ),
      })),
    };
    const movers = moversOf(againstMonth(answer, before), 1);
    expect(movers.map(({ cluster }) => cluster)).toEqual(["cluster-2"]);
    expect(movers[0]?.now).toBeLessThan(movers[0]?.before ?? 0);
  });

  test("compare the newer half of the days with the older where there is no month before", () => {
    const { now, before } = againstOwn(answer);
    expect([before.length, now.length]).toEqual([3, 3]);
    expect(now[0]?.window.start).toBe(before[2]?.window.end);
  });

  test("take a rate from days with data only", () => {
    const [first] = answer.series;
    const empty = {
      ...answer,
      series: answer.series.map((day) => (day === first ? { ...day, rows: [] } : day)),
    };
    expect(figuresOf(empty).rateDays).toBe(5);
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
