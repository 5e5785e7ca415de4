import { describe, expect, test } from "vitest";
import { judgedWords } from "./anomalies";
import { markOf } from "./expected";

const few = { events: [], event_count: 0, groups: 17, learning: 17, floor: "10" };

test("where nothing has two weeks of history, nothing is said to be quiet", () => {
  expect(judgedWords(few)).toBe("Nothing can be judged yet: a day is held against the two weeks before it.");
});

test("what was judged is said beside what was found", () => {
  expect(judgedWords({ ...few, learning: 5 })).toBe(
    "None in the last week by 10 or more. 12 of 17 namespaces and clusters have two weeks of history to judge by.",
  );
  expect(judgedWords({ ...few, learning: 5, events: [1, 2], event_count: 9 })).toContain(
    "The 2 largest of 9.",
  );
});

describe("an event that somebody expected", () => {
  const marks = [{ id: "a", up_to: "12.5" }] as unknown as Parameters<typeof markOf>[1];

  test("has its mark up to what was expected, whichever way, and stands out beyond it", () => {
    expect(markOf({ id: "a", excess: "12.5" }, marks)).toBe(marks[0]);
    expect(markOf({ id: "a", excess: "-12.5" }, marks)).toBe(marks[0]);
    expect(markOf({ id: "a", excess: "12.6" }, marks)).toBeUndefined();
    expect(markOf({ id: "b", excess: "1" }, marks)).toBeUndefined();
  });
});
