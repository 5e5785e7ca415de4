import { describe, expect, test } from "vitest";
import { viewOf } from "../url";
import { explainAddress, figureOf, readFigure, whyOf } from "./figure";

const answer = {
  currency: "USD",
  question: {
    kind: "allocations",
    window: { start: "2026-01-10T00:00:00Z", end: "2026-01-12T00:00:00Z" },
    aggregate: ["cluster", "namespace"],
    filter: 'cluster:"a"+namespace:"b/c"',
    idle: "share",
    tenancy: "separate",
    step: "1d",
    resolution: "1d",
    basis: "billed",
    estimated: "include",
  },
} as unknown as Parameters<typeof figureOf>[0];
const view = viewOf("explore", { window: "7d", step: "1d" });

describe("a figure as an address", () => {
  test("is read back from the page's address, with its dates fixed", () => {
    const figure = figureOf(answer, view, "a/b=c&d", "cpu_cost");
    expect(figure).not.toBeNull();
    if (figure === null) return;
    expect(readFigure(whyOf(view, figure).why)).toEqual(figure);
    expect(figure.window).toBe("2026-01-10T00:00:00Z,2026-01-12T00:00:00Z");
  });

  test("asks the question of the answer, with row, figure and part", () => {
    const figure = figureOf(answer, view, "a/b", "cpu_cost");
    if (figure === null) throw new Error("there is a figure");
    const asked = new URL(explainAddress(figure, "part=cpu/basis=list"), "http://here.example");
    expect(asked.pathname).toBe("/api/v1/explain");
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      window: "2026-01-10T00:00:00Z,2026-01-12T00:00:00Z",
      aggregate: "cluster,namespace",
      step: "1d",
      idle: "share",
      basis: "billed",
      currency: "USD",
      filter: 'cluster:"a"+namespace:"b/c"',
      row: "a/b",
      field: "cpu_cost",
      path: "part=cpu/basis=list",
      depth: "1",
    });
  });

  test("is none of a rate, which is no amount", () => {
    expect(figureOf(answer, { ...view, rate: "day" }, "a/b", "total_cost")).toBeNull();
  });
});
