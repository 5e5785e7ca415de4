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
  test("per day times the days that have passed is the sum", () => {
    const { start } = answer.question.window;
    const days = (Date.parse(answer.as_of) - Date.parse(start)) / 86_400_000;
    expect(atRate(answer, "day").totals.total_cost * days).toBeCloseTo(answer.totals.total_cost);
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
