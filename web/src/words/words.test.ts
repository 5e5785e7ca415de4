import { describe, expect, test } from "vitest";
import { viewOf } from "../url";
import { conversionWords } from "./conversion";
import { estimatesWords } from "./estimates";
import { byteHours, bytes, coreHours, duration } from "./hours";
import { money, moneyDelta, moneyExact, moneyShort } from "./money";
import { apartOf, isIdle, keyWords, partsOf, partWords } from "./names";
import { percent, percentDelta, shareOf } from "./percent";
import { sharingSentences, sharingWords } from "./sharing";
import { allStates, clusterWord, isCurrent, isGap, stateOf } from "./states";
import { titleOf, underTitle } from "./titles";
import {
  bucketTick,
  bucketWords,
  datesOf,
  lengthInHours,
  rangeOf,
  rangeText,
  whenOf,
  windowWords,
} from "./window";

describe("estimates", () => {
  const silent = { cluster: "c3", estimated_minutes: 90 };
  const answer = (completeness: readonly object[], estimated = "include") =>
    estimatesWords({
      completeness,
      currency: "USD",
      totals: { estimated_cost: 1.5 },
      question: { estimated },
    } as unknown as Parameters<typeof estimatesWords>[0]);

  test("are named with their money and where they are, or that they are left out", () => {
    expect(answer([{ cluster: "c1" }, silent])).toBe(
      "$1.50 of it estimated, for 1.5 h without metrics of c3",
    );
    expect(answer([silent, silent])).toBe("$1.50 of it estimated, for 3 h without metrics of 2 clusters");
    expect(answer([silent], "exclude")).toBe("estimates for 1.5 h without metrics of c3 left out");
    expect(answer([{ cluster: "c1" }])).toBe("");
  });
});

describe("money", () => {
  test("is written to the cent", () => {
    expect(money(1234.5, "USD")).toBe("$1,234.50");
    expect(money(0, "USD")).toBe("$0.00");
    expect(money(-3.2, "EUR")).toBe("−€3.20");
  });

  test("that is there but below a cent is never written as nothing", () => {
    expect(money(0.0004, "USD")).toBe("<$0.01");
    expect(money(-0.0004, "USD")).toBe(">−$0.01");
  });

  test("in a currency nobody knows is still written", () => {
    expect(money(12, "credits")).toBe("12.00");
  });

  test("is short on an axis and exact in a tooltip", () => {
    expect([moneyShort(0, "USD"), moneyShort(0.25, "USD"), moneyShort(1250, "USD")]).toEqual([
      "$0",
      "$0.25",
      "$1.3K",
    ]);
    expect(moneyExact(0.123456789, "USD")).toBe("$0.123456789");
    expect(moneyDelta(-4, "USD")).toBe("−$4.00");
  });
});

describe("shares", () => {
  test("that were not measured are a dash", () => {
    expect(percent(null)).toBe("–");
  });

  test("are rounded, but a trace is not rounded away", () => {
    expect([percent(0.123), percent(0.0456), percent(0.0001), percent(0), percent(1.37)]).toEqual([
      "12%",
      "4.6%",
      "<0.1%",
      "0%",
      "137%",
    ]);
  });

  test("of nothing are nothing to say", () => {
    expect(shareOf(0, 0)).toBeNull();
    expect(percentDelta(5, 0)).toBeNull();
  });

  test("of change carry their sign", () => {
    expect([percentDelta(110, 100), percentDelta(90, 100), percentDelta(100, 100)]).toEqual([
      "+10%",
      "−10%",
      "0.0%",
    ]);
  });
});

describe("amounts of resources", () => {
  test("have the unit that fits", () => {
    expect(coreHours(1234)).toBe("1,234 core-h");
    expect(byteHours(3 * 2 ** 30)).toBe("3.0 GiB-h");
    expect(bytes(1536)).toBe("1.5 KiB");
    expect(bytes(null)).toBe("–");
  });

  test("of time are short", () => {
    expect([duration(12), duration(59.7), duration(180), duration(5000)]).toEqual([
      "12 min",
      "1 h",
      "3 h",
      "3 d 11 h",
    ]);
  });
});

describe("windows", () => {
  test("are restated in a sentence", () => {
    expect(windowWords("7d")).toBe("last 7 days");
    expect(windowWords("3d")).toBe("last 3 days");
    expect(windowWords("lastmonth")).toBe("last month");
    expect(windowWords("2026-11-01T00:00:00Z,2026-11-08T00:00:00Z")).toBe("1 – 7 Nov 2026");
  });

  test("have inclusive dates in words", () => {
    expect(datesOf({ start: "2026-11-21T00:00:00Z", end: "2026-11-22T00:00:00Z" })).toBe("21 Nov 2026");
    expect(datesOf({ start: "2026-10-23T00:00:00Z", end: "2026-11-22T00:00:00Z" })).toBe(
      "23 Oct – 21 Nov 2026",
    );
    expect(datesOf({ start: "2025-12-30T00:00:00Z", end: "2026-01-02T00:00:00Z" })).toBe(
      "30 Dec 2025 – 1 Jan 2026",
    );
  });

  test("shorter than days have times", () => {
    expect(datesOf({ start: "2026-11-19T03:00:00Z", end: "2026-11-19T05:00:00Z" })).toBe(
      "19 Nov 2026, 03:00–05:00",
    );
    expect(datesOf({ start: "2026-11-18T04:00:00Z", end: "2026-11-21T16:00:00Z" })).toBe(
      "18 Nov, 04:00 – 21 Nov 2026, 16:00",
    );
  });

  test("that are absolute are understood in both spellings and written in one", () => {
    const range = rangeOf("1762473600,1762560000");
    expect(range).toEqual({ start: "2025-11-07T00:00:00Z", end: "2025-11-08T00:00:00Z" });
    expect(range && rangeText(range)).toBe("2025-11-07T00:00:00Z,2025-11-08T00:00:00Z");
    expect(rangeOf("7d")).toBeNull();
  });

  test("have a length where it is known", () => {
    expect([
      lengthInHours("24h"),
      lengthInHours("2w"),
      lengthInHours("month"),
      lengthInHours("nonsense"),
    ]).toEqual([24, 336, 744, null]);
  });

  test("name the day only where it is another one", () => {
    expect(whenOf("2026-11-21T15:00:00Z", "2026-11-21T15:12:00Z")).toBe("15:00 UTC");
    expect(whenOf("2026-11-20T15:00:00Z", "2026-11-21T15:12:00Z")).toBe("20 Nov, 15:00 UTC");
  });

  test("as buckets are named by what they are", () => {
    const hour = { start: "2026-11-21T14:00:00Z", end: "2026-11-21T15:00:00Z" };
    expect([bucketWords(hour), bucketTick(hour)]).toEqual(["Sat 21 Nov, 14:00–15:00 UTC", "14:00"]);
    const day = { start: "2026-11-21T00:00:00Z", end: "2026-11-22T00:00:00Z" };
    expect([bucketWords(day), bucketTick(day)]).toEqual(["Sat 21 Nov", "21 Nov"]);
  });
});

describe("states", () => {
  test("each have a word and a shape of their own, besides the colour", () => {
    const states = allStates();
    const windows = states.slice(
      0,
      states.findIndex(({ word }) => word === "silent"),
    );
    expect(windows.length).toBe(9);
    expect(new Set(windows.map(({ shape }) => shape)).size).toBe(windows.length);
  });

  test("that this build does not know keep their own word", () => {
    expect(stateOf("quarantined").word).toBe("quarantined");
    expect(stateOf("silent since 18 Nov").word).toBe("silent");
  });

  test("tell what is up to date and what is a gap", () => {
    expect(["complete", "new", "late", "retired"].map(isCurrent)).toEqual([true, true, false, false]);
    expect(["complete", "partial", "missing", "late"].map(isGap)).toEqual([false, false, true, true]);
  });
});

describe("a cluster", () => {
  const now = "2026-11-21T15:00:00Z";
  const cluster = { state: "late", first: "2026-01-01T00:00:00Z", last: "2026-11-21T09:00:00Z" };

  test("is late for a day and silent from then on", () => {
    expect(clusterWord(cluster, now)).toBe("late");
    expect(clusterWord({ ...cluster, last: "2026-11-20T14:00:00Z" }, now)).toBe("silent");
    expect(clusterWord({ ...cluster, state: "damaged", last: null }, now)).toBe("damaged");
  });

  test("is new on its first day only", () => {
    expect(clusterWord({ ...cluster, state: "complete", first: "2026-11-20T22:00:00Z" }, now)).toBe("new");
    expect(clusterWord({ ...cluster, state: "complete" }, now)).toBe("complete");
  });
});

describe("names", () => {
  test("that are reserved are spelled out", () => {
    expect([partWords("__idle__"), partWords("__unallocated__"), partWords("shop")]).toEqual([
      "Idle",
      "Unallocated",
      "shop",
    ]);
  });

  test("of idle rows are known with and without a cluster", () => {
    expect(["__idle__", "a/__idle__", "idle"].map(isIdle)).toEqual([true, true, false]);
  });

  test("keep the order of the grouping", () => {
    const row = { name: "c/n", key: { namespace: "n", cluster: "c" } };
    expect(partsOf(row, ["cluster", "namespace"])).toEqual(["c", "n"]);
    expect(partsOf({ name: "c/__idle__", key: { cluster: "c" } }, ["cluster", "namespace"])).toEqual([
      "c",
      "__idle__",
    ]);
  });

  test("of keys are words", () => {
    expect([keyWords("label:team"), keyWords("controllerKind"), keyWords("pod")]).toEqual([
      "label team",
      "controller kind",
      "pod",
    ]);
  });
});

describe("titles", () => {
  test("restate the question", () => {
    expect(titleOf("cost", ["namespace"], 'cluster:"prod-eu-1"', "7d")).toBe(
      "Cost by namespace in prod-eu-1, last 7 days",
    );
    expect(titleOf("cost", ["cluster"], "", "month")).toBe("Cost by cluster, this month");
  });

  test("say the dates, the step and what became of idle", () => {
    const window = { start: "2026-11-15T00:00:00Z", end: "2026-11-22T00:00:00Z" };
    const question = {
      kind: "allocations",
      window,
      aggregate: ["cluster"],
      step: "1d",
      idle: "share",
      filter: "",
      resolution: "1d",
    };
    expect(underTitle(question)).toBe("15 – 21 Nov 2026 UTC · per day · idle shared among workloads");
  });
});

describe("sharing", () => {
  test("is said on its button and in sentences, with what is divided how", () => {
    const none = viewOf("explore");
    expect(sharingWords(none)).toBe("");
    const view = viewOf("showback", { share_namespaces: "kube-system, monitoring", share_split: "even" });
    expect(sharingWords(view)).toBe("idle, fees and 2 more");
    expect(sharingSentences(view)).toEqual([
      "Idle of each cluster is divided among what runs there, by their own cost.",
      "Nodes’ own disks and cluster fees are shared within each cluster.",
      "All others carry namespace kube-system and namespace monitoring, evenly.",
    ]);
    expect(sharingSentences({ ...none, idle: "hide" })[0]).toBe("Idle is left out.");
  });
});

describe("rows beside the groups", () => {
  test("are named in words, behind whose they are", () => {
    const row = { name: "prod/__tenancy__", key: { cluster: "prod" } };
    expect(partsOf(row, ["cluster"]).map(partWords)).toEqual(["prod", "Nodes’ own disks and fees"]);
    expect([apartOf("prod"), apartOf("prod/__shared__"), apartOf("__idle__")]).toEqual([
      null,
      "__shared__",
      "__idle__",
    ]);
  });
});

describe("conversion", () => {
  const from = [{ currency: "EUR" }, { currency: "GBP" }];
  const words = (conversion: object | null) =>
    conversionWords({ currency: "USD", conversion } as unknown as Parameters<typeof conversionWords>[0]);

  test("says what was converted by which rates, and what is left out", () => {
    const missing = [{ currency: "JPY", amount: "1200" }];
    expect(words({ table: "ecb", version: 3, from, missing: [] })).toBe(
      "EUR and GBP converted into USD by the rates of ecb (version 3)",
    );
    expect(words({ table: "", version: 0, from: [], missing })).toBe("¥1,200 left out, no rate into USD");
    expect(words(null)).toBe("");
  });
});
