import { describe, expect, test } from "vitest";
import type { Allocations, Assets } from "../api/schema";
import recorded from "../testing/recorded/allocations-late.json";
import { efficiencyRows, idleOf, poolRows, totalOf, usedCost } from "./efficiency";

const answer = recorded as unknown as Allocations;

describe("efficiency", () => {
  test("splits what is paid for CPU and memory without a rest", () => {
    for (const row of efficiencyRows(answer)) {
      expect((row.used ?? 0) + (row.workloadIdle ?? 0) + row.infraIdle).toBeCloseTo(row.cost);
    }
    const total = totalOf(efficiencyRows(answer));
    expect(total.cost).toBeCloseTo(answer.totals.cpu_cost + answer.totals.ram_cost);
  });

  test("takes the worked example: 300 paid, 50 used, 150 requested and unused, 100 unrequested", () => {
    const row = {
      cpu_cost: 200,
      ram_cost: 0,
      cpu_core_hours: 200,
      cpu_core_usage_hours: 50,
      ram_byte_hours: 0,
      ram_byte_usage_hours: 0,
    };
    const idle = { cpu_cost: 100, ram_cost: 0 };
    const rows = [
      { ...row, name: "c", key: { cluster: "c" } },
      { ...idle, name: "c/__idle__", key: { cluster: "c" } },
    ];
    const [found] = efficiencyRows({ ...answer, rows } as unknown as Allocations);
    expect(found).toMatchObject({ cost: 300, used: 50, workloadIdle: 150, infraIdle: 100 });
    expect(found && idleOf(found)).toBe(250);
  });

  test("of a pool of nodes counts what its nodes cost beyond what runs on them as idle", () => {
    const node = (name: string, cost: number) => ({
      key: { cluster: "c", name },
      pool: "general",
      cpu_cost: cost,
      ram_cost: 0,
    });
    const load = {
      key: { cluster: "c", node: "n1" },
      name: "c/n1",
      cpu_cost: 60,
      ram_cost: 0,
      cpu_core_hours: 60,
      cpu_core_usage_hours: 15,
      ram_byte_hours: 0,
      ram_byte_usage_hours: 0,
    };
    const [pool, ...others] = poolRows(
      { ...answer, rows: [load] } as unknown as Allocations,
      { rows: [node("n1", 100), node("n2", 100)] } as unknown as Assets,
    );
    expect(others).toEqual([]);
    expect(pool).toMatchObject({ name: "c/general", cost: 200, used: 15, workloadIdle: 45, infraIdle: 140 });
  });

  test("is unknown where the use was not measured, and never above what was charged for", () => {
    expect(usedCost(10, 5, null)).toBeNull();
    expect(usedCost(10, 5, 50)).toBe(10);
    expect(usedCost(0, 0, null)).toBe(0);
  });
});
