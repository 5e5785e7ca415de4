import { cleanup, render, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "./app";
import { pageOf, questionOf } from "./question";
import { answerWith } from "./testing/recorded";
import late from "./testing/recorded/allocations-late.json";
import clusters from "./testing/recorded/clusters-late.json";
import { viewOf } from "./url";

const COMPARED = {
  ...late,
  previous: {
    window: late.question.window,
    total_cost: 1,
    compared_cost: 1,
    compared_windows: 1,
    windows: 1,
    span: late.question.window,
    earlier_span: late.question.window,
  },
};
const PAGES = [
  "?",
  "explore?",
  "explore?metric=gpu&",
  "explore?row=cluster-2&compare=prev&",
  "efficiency?",
  "showback?",
  "efficiency?tab=workload&",
  "efficiency?tab=pool&",
  "efficiency?tab=node&",
  "assets?",
  "assets?tab=unattached&",
  "clusters/cluster-2?",
  "w/cluster-2/shop/deployment:web?",
];
const FILTERS = [
  "",
  'cluster:"cluster-2"',
  'namespace:"shop"+cluster:"cluster-2"',
  'cluster:"a"|cluster:"b"',
];

/** The test's browser has no layout to observe. */
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoObserver);
  const base = document.createElement("base");
  base.href = "/costs/";
  document.head.append(base);
});

afterEach(() => {
  cleanup();
  document.head.querySelector("base")?.remove();
  vi.unstubAllGlobals();
});

/** What a page asked about costs, by route and parameters. */
async function askedBy(address: string): Promise<readonly URL[]> {
  window.history.replaceState(null, "", `/costs/${address}`);
  const { asked } = answerWith({
    "v1/clusters": { body: clusters },
    "v1/unclaimed": { body: { nodes: [] } },
    "v1/assets": { body: { ...late, rows: [] } },
    "v1/allocations": { body: COMPARED },
  });
  render(<App />);
  const costs = () => asked.filter((one) => /v1\/(allocations|assets|unclaimed)\?/.test(one));
  await waitFor(() => expect(costs().length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 60));
  return costs().map((one) => new URL(one.replace(/\+/g, "%2B"), "http://fleet.example"));
}

describe("every request of a page", () => {
  for (const page of PAGES) {
    for (const filter of FILTERS) {
      test(`of ${page} with ${filter || "no filter"} is about its window, prices, estimates, currency and filter`, async () => {
        const given = filter ? `&filter=${encodeURIComponent(filter)}` : "";
        for (const { pathname, searchParams } of await askedBy(
          `${page}window=3d&basis=list&estimated=exclude&currency=EUR${given}`,
        )) {
          const told = searchParams.get("filter") ?? "";
          expect(searchParams.get("window")).toBe("3d");
          if (!pathname.endsWith("unclaimed")) {
            expect(searchParams.get("basis")).toBe("list");
            expect(searchParams.get("estimated")).toBe("exclude");
            expect(searchParams.get("currency")).toBe("EUR");
          }
          for (const clause of filter.split("+")) {
            // The request for the pools' names needs the clusters alone: rows by node are what is filtered.
            const named = page.includes("tab=pool") && pathname.endsWith("assets");
            if (!named || clause.startsWith("cluster")) expect(told).toContain(named ? "" : clause);
          }
        }
      });
    }
  }
});

describe("a page's question", () => {
  const view = viewOf("efficiency", {
    window: "3d",
    basis: "list",
    estimated: "exclude",
    filter: 'cluster:"a"|cluster:"b"',
  });

  test("joins the page's own filter to the address's, alternatives in brackets", () => {
    const { filter, window, basis } = questionOf(view, { filter: 'namespace:"x"' });
    expect([filter, window, basis]).toEqual(['(cluster:"a"|cluster:"b")+namespace:"x"', "3d", "list"]);
  });

  test("goes along to another page", () => {
    expect(pageOf(view, "assets")).toMatchObject({
      page: "assets",
      window: "3d",
      basis: "list",
      estimated: "exclude",
      filter: view.filter,
    });
  });
});
