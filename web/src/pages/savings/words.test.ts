import { expect, test } from "vitest";
import type { Saving } from "../../api/schema";
import { bytesWords, coresWords, doubtWords, factWords, freedOf, placeWords } from "./words";

const saving = {
  cluster: "c1",
  namespace: "shop",
  controller: "web",
  name: "app",
  verdict: "ok",
  reasons: [],
  freed: "0",
  advice: null,
} as unknown as Saving;

test("a saving is named from the cluster down, without what it has not", () => {
  expect(placeWords(saving)).toBe("c1 / shop / web / app");
  expect(placeWords({ ...saving, namespace: "", controller: "" })).toBe("c1 / app");
});

test("what a bill names alone is named from its integration down", () => {
  const bare = { ...saving, cluster: "", namespace: "", controller: "" };
  expect(placeWords({ ...bare, source: "aws/1/AmazonEC2", name: "plan" })).toBe("aws/1/AmazonEC2 / plan");
});

test("a doubt is said once", () => {
  expect(doubtWords(saving)).toBe("");
  const reason = (reason: string) => ({ reason, meaning: "", count: 1 }) as Saving["reasons"][number];
  expect(doubtWords({ ...saving, verdict: "thin", reasons: [reason("thin")] })).toBe(" thin");
  expect(doubtWords({ ...saving, verdict: "withheld", reasons: [reason("no usage")] })).toBe(
    " withheld: no usage",
  );
});

test("what should grow is below zero, what cannot be judged is nothing", () => {
  const advice = { cpu_freed: "-3.5", ram_freed: "1" } as NonNullable<Saving["advice"]>;
  expect(freedOf({ ...saving, advice })).toBe("-2.5");
  expect(freedOf({ ...saving, advice, verdict: "withheld" })).toBe("0");
  expect(freedOf({ ...saving, freed: "7" })).toBe("7");
});

test("amounts have the units that people write into manifests", () => {
  expect([coresWords(0.25), coresWords(12), coresWords(null)]).toEqual(["250 m", "12 cores", "–"]);
  expect([bytesWords(375 * 2 ** 20), bytesWords(1.5 * 2 ** 30)]).toEqual(["375 MiB", "1.5 GiB"]);
  expect(factWords({ name: "size", value: "53687091200", unit: "bytes" })).toBe("50 GiB");
  expect(factWords({ name: "seen on", value: "14", unit: "days" })).toBe("14 days");
  expect(factWords({ name: "could go", value: "n1, n2", unit: "" })).toBe("n1, n2");
});
