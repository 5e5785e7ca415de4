import { describe, expect, test } from "vitest";
import { daysWords, finalDays, finalWords } from "./final";

const SOME = { days: { final: 4, estimated: 3 } };
const ALL = { days: { final: 7 } };
const NONE = { days: { estimated: 7 } };

describe("how far bills are final", () => {
  test("days that are final are said, also where today never is", () => {
    expect(finalWords([SOME, SOME])).toBe(
      "4 of 7 days are final in every bill; the costs of the others will still change.",
    );
    expect(finalWords([SOME])).toContain("4 of 7 days are final in the bill;");
    expect(finalWords([ALL, SOME])).toContain("4 of 7 days are final in every bill");
  });

  test("all and none are said as such", () => {
    expect(finalWords([ALL, ALL])).toBe("All days of this window are final in every bill.");
    expect(finalWords([NONE])).toBe("None of the 7 days is final yet: their costs will still change.");
    expect(finalWords([NONE, SOME])).toBe(
      "1 of 2 bills have final days; the costs of the others will still change.",
    );
    expect(finalWords([])).toBe("No bill is read.");
  });

  test("days are counted by state", () => {
    expect(finalDays(SOME)).toEqual({ final: 4, all: 7 });
    expect(daysWords(SOME)).toBe("4 final, 3 estimated");
    expect(daysWords({ days: { final: 0, missing: 2 } })).toBe("2 missing");
  });
});
