import { describe, expect, test } from "vitest";
import type { Allocations, Assets } from "../api/schema";
import recorded from "../testing/recorded/allocations-late.json";
import { efficiencyRows, idleOf, poolRows, totalOf, usedCost } from "./efficiency";

const answer = recorded as unknown as Allocations;

const NOTHING = {
  cpu_cost: 0,
  ram_cost: 0,
  gpu_cost: 0,
  cpu_core_hours: 0,
  cpu_core_usage_hours: 0,
  ram_byte_hours: 0,
  ram_byte_usage_hours: 0,
  gpu_hours: 0,
  gpu_usage_hours: 0,
};

describe("efficiency", () => {
  test("splits what is paid for CPU, memory and GPUs without a rest", () => {
    for (const row of efficiencyRows(answer)) {
      expect(row.used + row.workloadIdle + row.infraIdle + row.unmeasured).toBeCloseTo(row.cost);
      expect(row.cpu + row.ram + row.gpu).toBeCloseTo(row.cost);
    }
    const total = totalOf(efficiencyRows(answer));
    const { cpu_cost, ram_cost, gpu_cost } = answer.totals;
    expect(total.cost).toBeCloseTo(cpu_cost + ram_cost + gpu_cost);
  });

  test("takes the worked example: 300 paid, 50 used, 150 requested and unused, 100 unrequested", () => {
    const row = { ...NOTHING, cpu_cost: 200, cpu_core_hours: 200, cpu_core_usage_hours: 50 };
    const idle = { ...NOTHING, cpu_cost: 100 };
    const rows = [
      { ...row, name: "c", key: { cluster: "c" } },
      { ...idle, name: "c/__idle__", key: { cluster: "c" } },
    ];
    const [found] = efficiencyRows({ ...answer, rows } as unknown as Allocations);
    expect(found).toMatchObject({ cost: 300, used: 50, workloadIdle: 150, infraIdle: 100 });
    expect(found && idleOf(found)).toBe(250);
  });

  test("of a pool of nodes is that of its nodes, those that nobody runs on among them", () => {
    const load = {
      key: { cluster: "c", node: "n1" },
      name: "c/n1",
      ...NOTHING,
      cpu_cost: 60,
      cpu_core_hours: 60,
      cpu_core_usage_hours: 15,
    };
    const idle = (node: string, cost: number) => ({
      ...NOTHING,
      key: { cluster: "c" },
      name: `c/${node}/__idle__`,
      cpu_cost: cost,
    });
    const rows = [load, idle("n1", 40), idle("n2", 100)];
    const question = { ...answer.question, aggregate: ["cluster", "node"] };
    const nodes = efficiencyRows({ ...answer, question, rows } as unknown as Allocations);
    expect(nodes.map(({ name, cost }) => [name, cost])).toEqual([
      ["c/n1", 100],
      ["c/n2", 100],
    ]);
    const assets = ["n1", "n2"].map((name) => ({ key: { cluster: "c", name }, pool: "general" }));
    const [pool, ...others] = poolRows(nodes, { rows: assets } as unknown as Assets);
    expect(others).toEqual([]);
    expect(pool).toMatchObject({ name: "c/general", cost: 200, used: 15, workloadIdle: 45, infraIdle: 140 });
  });

  test("counts GPUs beside CPU and memory, and what nobody measured as neither used nor idle", () => {
    const row = { ...NOTHING, name: "c", key: { cluster: "c" }, cpu_cost: 10, gpu_cost: 90, gpu_hours: 9 };
    const rows = (usage: number | null) =>
      efficiencyRows({
        ...answer,
        rows: [{ ...row, cpu_core_hours: 5, cpu_core_usage_hours: 5, gpu_usage_hours: usage }],
      } as unknown as Allocations);
    expect(rows(3)[0]).toMatchObject({ cost: 100, gpu: 90, used: 40, workloadIdle: 60, unmeasured: 0 });
    expect(rows(null)[0]).toMatchObject({ cost: 100, gpu: 90, used: 10, workloadIdle: 0, unmeasured: 90 });
  });

  test("is unknown where the use was not measured, and never above what was charged for", () => {
    expect(usedCost(10, 5, null)).toBeNull();
    expect(usedCost(10, 5, 50)).toBe(10);
    expect(usedCost(0, 0, null)).toBe(0);
  });
});
