import { describe, expect, test } from "vitest";
import { adjustmentOf } from "./columns";

describe("the columns of allocations", () => {
  test("have every adjustment of a bill in one figure", () => {
    const adjustments = { cpu_cost_adjustment: -2, ram_cost_adjustment: -0.5, pv_cost_adjustment: 0.25 };
    expect(adjustmentOf(adjustments)).toBe(-2.25);
    expect(adjustmentOf({})).toBe(0);
  });
});
