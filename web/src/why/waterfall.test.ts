import fc from "fast-check";
import { expect, test } from "vitest";
import { factsOf, ITEMS, mainCause, stepsOf } from "./waterfall";

test("steps stand in the order of the split, each from where the last one ended", () => {
  const steps = stepsOf({ gone: "-3", price: "4", running_time: "2" });
  expect(steps.map(({ item }) => item)).toEqual(["price", "running_time", "gone"]);
  expect(steps.map(({ from }) => from)).toEqual([0, 4 / 6, 3 / 6]);
  expect(steps.map(({ width }) => width)).toEqual([4 / 6, 2 / 6, 3 / 6]);
});

test("steps are the items, and every bar lies within the width", () => {
  const amounts = fc.dictionary(
    fc.constantFrom(...Object.keys(ITEMS)),
    fc.integer({ min: -1e6, max: 1e6 }).map((cents) => String(cents / 100)),
  );
  fc.assert(
    fc.property(amounts, (items) => {
      const steps = stepsOf(items);
      const sum = Object.values(items).reduce((all, one) => all + Number(one), 0);
      expect(steps.reduce((all, { amount }) => all + amount, 0)).toBeCloseTo(sum, 6);
      for (const { from, width } of steps) expect(from >= -1e-9 && from + width <= 1 + 1e-9).toBe(true);
    }),
  );
});

test("what is below a cent is folded, and said only where it is more together", () => {
  expect(stepsOf({ price: "0.004" })).toEqual([]);
  const folded = stepsOf({ price: "0.006", shared: "0.007" });
  expect(folded.map(({ title }) => title)).toEqual(["Smaller ones"]);
  expect(folded[0]?.amount).toBeCloseTo(0.013, 9);
});

test("the main cause is the largest, whatever its sign", () => {
  expect(mainCause({ price: "1", gone: "-2" })).toBe("gone workloads");
  expect(mainCause({})).toBe("");
});

test("facts below a cent are left out", () => {
  const facts = ["3", "-2", "0.001"].map((amount) => ({ text: amount, amount, item: "price" }));
  expect(factsOf({ facts }, 5).map(({ amount }) => amount)).toEqual(["3", "-2"]);
});
