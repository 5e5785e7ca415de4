import fc from "fast-check";
import { expect, test } from "vitest";
import { squarified } from "./squares";

const sizes = fc
  .array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 10 })
  .map((list) => list.sort((one, other) => other - one));

test("areas have the parts of their sizes, fill the whole and stay inside", () => {
  fc.assert(
    fc.property(sizes, (list) => {
      const all = list.reduce((sum, size) => sum + size, 0);
      const places = squarified(list, 4);
      places.forEach(({ x, y, width, height }, at) => {
        expect(width * height).toBeCloseTo((list[at] ?? 0) / all, 6);
        expect(Math.min(x, y)).toBeGreaterThan(-1e-9);
        expect(Math.max(x + width, y + height)).toBeLessThan(1 + 1e-9);
      });
    }),
  );
});
