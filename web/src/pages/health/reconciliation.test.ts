import { expect, test } from "vitest";
import { partsOf } from "./reconciliation";

test("every part of a bill is named for what it is, and they are the whole bill", () => {
  const outcomes = [
    { outcome: "matched", meaning: "", currency: "USD", rows: 3, cost: 1356.52 },
    { outcome: "waiting", meaning: "", currency: "USD", rows: 1, cost: 140.89 },
    { outcome: "no asset", meaning: "", currency: "USD", rows: 2, cost: 242.09 },
    { outcome: "outside of clusters", meaning: "", currency: "USD", rows: 9, cost: 608.75 },
    { outcome: "outside of clusters", meaning: "", currency: "EUR", rows: 9, cost: 5 },
    { outcome: "other currency", meaning: "", currency: "USD", rows: 0, cost: 0 },
  ] as const;
  const words = partsOf({ outcomes }, { currency: "USD" });
  expect(words).toBe(
    "$1,356.52 on assets of the clusters, $608.75 outside of clusters, $242.09 of a cluster by its tags, on no " +
      "asset, $140.89 waits: its assets stay at list price until the bill has come far enough",
  );
});
