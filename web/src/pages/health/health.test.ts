import { describe, expect, test } from "vitest";
import type { HealthWindows } from "../../api/schema";
import { blocksOf, RUNNING } from "../../health/cell";
import { observedOf, resolutionOf, troublesOf } from "../../health/window";
import recorded from "../../testing/recorded/health-late.json";
import { command } from "../../words/commands";
import { cureOf } from "./troubles";

const { clusters, as_of = "" } = recorded as unknown as HealthWindows;
const cellsOf = (name: string) => clusters.find(({ cluster }) => cluster === name)?.cells ?? [];

describe("data health", () => {
  test("shows hours up to a week and days beyond", () => {
    expect([resolutionOf("24h"), resolutionOf("7d"), resolutionOf("30d"), resolutionOf("month")]).toEqual([
      "1h",
      "1h",
      "1d",
      "1d",
    ]);
  });

  test("joins neighbouring windows of one trouble and leaves out the running one", () => {
    const troubles = troublesOf(clusters, as_of);
    expect(troubles.map(({ cluster, state, windows }) => [cluster, state, windows])).toEqual([
      ["cluster-5", "late", 3],
      ["cluster-6", "late", 22],
      ["cluster-5", "late", 1],
    ]);
  });

  test("draws a silence as one block and the running window as running", () => {
    expect(blocksOf(cellsOf("cluster-6"), as_of)).toMatchObject([{ state: "late", from: 0, to: 22 }]);
    expect(blocksOf(cellsOf("cluster-0"), as_of).at(-1)?.state).toBe(RUNNING);
  });

  test("takes a running window for whole up to its last upload, if that was not long ago", () => {
    const cell = cellsOf("cluster-0").at(-1);
    if (!cell) throw new Error("the recorded cluster has no windows");
    const start = Date.parse(cell.window.start);
    const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
    const state = (coverage_minutes: number, written: number, now: number) =>
      blocksOf([{ ...cell, coverage_minutes, written_at: at(written) }], at(now)).at(-1)?.state;
    expect(state(20, 20, 28)).toBe(RUNNING);
    expect(state(12, 20, 28)).toBe("partial");
    expect(state(20, 20, 55)).toBe("partial");
  });

  test("counts observed minutes against those that are over", () => {
    expect(observedOf(cellsOf("cluster-0"), as_of)).toBeCloseTo(1, 2);
    expect(observedOf(cellsOf("cluster-6"), as_of)).toBe(0);
  });

  test("names the command that helps: a hole is rebuilt, a silence is traced", () => {
    const trouble = {
      cluster: "c",
      start: "2026-11-19T03:00:00Z",
      end: "2026-11-19T05:00:00Z",
      state: "missing",
      cause: null,
      path: null,
      windows: 2,
    };
    const built = cureOf({ ...trouble, open: false });
    expect(built.text).toMatch(/ agent build .* --window 2026-11-19T03:00:00Z,2026-11-19T05:00:00Z$/);
    expect(built.where).toBe("on that cluster");
    expect(cureOf({ ...trouble, open: true })).toEqual(command("verify"));
  });
});
