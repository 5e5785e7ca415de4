import { expect, test } from "vitest";
import { linesOf, partsOf } from "./reconciliation";

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

test("a cluster has a line in the currency of its assets, and none in that of a row on none of them", () => {
  const day = { cluster: "eu", list_cost: 5, adjustment: -1, reconciled_cost: 4 };
  const days = [
    { ...day, currency: "EUR" },
    { ...day, currency: "EUR" },
    { ...day, currency: "USD", list_cost: 0, adjustment: 0, reconciled_cost: 0 },
  ];
  expect(linesOf({ days })).toEqual([
    { cluster: "eu", currency: "EUR", list: 10, adjustment: -2, reconciled: 8 },
  ]);
});
