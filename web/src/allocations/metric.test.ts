import { describe, expect, test } from "vitest";
import type { Allocations } from "../api/schema";
import recorded from "../testing/recorded/allocations-late.json";
import { csvRows } from "../words/csv";
import { atRate, isTotal, metricOf, ofMetric } from "./metric";

const answer = recorded as unknown as Allocations;

describe("one kind of cost", () => {
  test("is named by a short word; an unknown word means all together", () => {
    expect(metricOf("cpu").column).toBe("cpu_cost");
    expect(metricOf("load_balancer").column).toBe("load_balancer_cost");
    expect(isTotal(metricOf("nonsense"))).toBe(true);
  });

  test("has its course from the file's lines, and steps without lines stay in their state", () => {
    const start = answer.series[1]?.window.start.replace("T", " ").replace("Z", "") ?? "";
    const file = `# comment\nname,cluster,window_start,cpu_cost,total_cost\nprod-eu-1,prod-eu-1,${start},1.5,9\n`;
    const drawn = ofMetric(answer, metricOf("cpu"), file);
    expect(drawn.series.map(({ total_cost }) => total_cost)).toEqual([0, 1.5, 0, 0, 0, 0, 0]);
    expect(drawn.series[2]?.state).toBe(answer.series[2]?.state);
    expect(drawn.rows[0]?.total_cost).toBe(answer.rows[0]?.cpu_cost);
  });
});

describe("a rate", () => {
  test("per day times the days that a cluster was observed is what it cost, gaps left out", () => {
    const rated = atRate(answer, "day");
    const observed = new Map(answer.completeness.map((one) => [one.cluster, one.coverage_minutes / 1440]));
    for (const [at, row] of rated.rows.entries()) {
      const days = observed.get(row.key["cluster"] ?? row.cluster) ?? 0;
      expect(row.total_cost * days).toBeCloseTo(answer.rows[at]?.total_cost ?? -1);
    }
    const sum = rated.rows.reduce((all, row) => all + row.total_cost, 0);
    expect(rated.totals.total_cost).toBeCloseTo(sum);
    expect(atRate(answer, "")).toBe(answer);
  });
});

describe("a file", () => {
  test("may have quoted cells with commas and quotes in them", () => {
    expect(csvRows('# about\na,b\n"x, ""y""",2\r\n,3\n')).toEqual([
      { a: 'x, "y"', b: "2" },
      { a: "", b: "3" },
    ]);
  });
});
