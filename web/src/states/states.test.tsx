import { act, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "../app";
import { currentView, show } from "../location";
import { answerWith, type Recorded } from "../testing/recorded";
import before from "../testing/recorded/allocations-before.json";
import empty from "../testing/recorded/allocations-empty.json";
import gap from "../testing/recorded/allocations-gap.json";
import late from "../testing/recorded/allocations-late.json";
import none from "../testing/recorded/allocations-none.json";
import clusters from "../testing/recorded/clusters-late.json";
import { isCurrent } from "../words/states";

const REGISTRY = { "v1/clusters": { body: clusters } };

/** What the recorded answers say, as the pages must write it: another recording needs no other expectation. */
const silent = late.completeness.find(({ cluster }) => cluster === "cluster-6");
const observed = Math.floor((100 * (silent?.coverage_minutes ?? 0)) / (silent?.expected_minutes ?? 1));
const total = late.totals.total_cost.toLocaleString("en-US", { style: "currency", currency: "USD" });
const until = clusters.clusters
  .filter(({ state }) => isCurrent(state))
  .map(({ last }) => last ?? "")
  .sort()[0];
const missing = gap.series.find(({ state }) => state === "missing")?.window.start ?? "";
const missingDay = new Date(missing)
  .toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" })
  .replace(",", "");

beforeEach(() => {
  const base = document.createElement("base");
  base.href = "/costs/";
  document.head.append(base);
});

afterEach(() => {
  document.head.querySelector("base")?.remove();
  vi.unstubAllGlobals();
});

function open(address: string, recordings: Readonly<Record<string, Recorded>>) {
  window.history.replaceState(null, "", `/costs/${address}`);
  const network = answerWith({ ...recordings, ...REGISTRY });
  render(<App />);
  return network;
}

describe("Explore", () => {
  test("shows a total over incomplete data as a lower bound, with the reason", async () => {
    open("explore", { allocations: { body: late } });
    expect(await screen.findByText(/At least this much/)).toBeTruthy();
    expect(
      screen.getByText(
        new RegExp(`3 of 7 clusters are incomplete: cluster-6 \\(late, ${observed}% observed\\)`),
      ),
    ).toBeTruthy();
    expect(screen.getByText("Total, at least").parentElement?.textContent).toContain(`≥${total}`);
  });

  test("adds nothing up that is in several currencies, and leads to each of them", async () => {
    const sums = [
      { currency: "USD", count: 3, totals: { total_cost: 12 } },
      { currency: "EUR", count: 1, totals: { total_cost: 5 } },
    ];
    const several = { ...late, currency: "", totals: {}, series: [], by_currency: sums };
    open("explore", { allocations: { body: several } });
    expect(await screen.findByText("These costs are in several currencies")).toBeTruthy();
    expect(screen.getByText("$12.00")).toBeTruthy();
    act(() => screen.getByText("Show all in EUR").click());
    expect(currentView().currency).toBe("EUR");
  });

  test("never writes an amount that was not converted as one of the answer's currency", async () => {
    const rows = late.rows.map((row) => ({ ...row, currency: row.name === "cluster-2" ? "JPY" : "USD" }));
    const sums = ["USD", "JPY"].map((currency) => ({ currency, count: 1, totals: { total_cost: 1 } }));
    open("explore", { allocations: { body: { ...late, rows, by_currency: sums } } });
    expect(await screen.findAllByText("cluster-0")).toBeTruthy();
    expect(screen.queryByRole("link", { name: "cluster-2" })).toBeNull();
  });

  test("says how much of the fleet is up to date, retired clusters left out", async () => {
    open("explore", { allocations: { body: late } });
    expect(await screen.findByText("5 of 7 clusters")).toBeTruthy();
    expect(screen.getByText(`data to ${until?.slice(11, 16)} UTC`)).toBeTruthy();
  });

  test("asks the API in the words of its own address, under the path it is mounted at", async () => {
    const { asked } = open('explore?window=30d&filter=cluster:"a"', { allocations: { body: late } });
    await screen.findByRole("table", { name: /^Cost by/ });
    expect(asked.filter((address) => address.includes("allocations"))).toEqual([
      "/costs/api/v1/allocations?window=30d&aggregate=cluster&step=1d&idle=separate&basis=billed&filter=cluster:%22a%22",
    ]);
  });

  test("drills by adding to the filter, and Back undoes it", async () => {
    open("explore", { allocations: { body: late } });
    const link = await screen.findByRole("link", { name: "cluster-2" });
    act(() => link.click());
    expect(currentView()).toMatchObject({ filter: 'cluster:"cluster-2"', aggregate: ["namespace"] });
    act(() => window.history.back());
    await waitFor(() => expect(currentView().filter).toBe(""));
  });

  test("names parameters it does not know and keeps them", async () => {
    open("explore?windw=30d", { allocations: { body: late } });
    expect(await screen.findByText("windw")).toBeTruthy();
    act(() => show({ ...currentView(), idle: "hide" }));
    expect(window.location.search).toBe("?idle=hide&windw=30d");
  });

  test("calls a step without data a gap in the table of the chart", async () => {
    open("explore?idle=hide", { allocations: { body: gap } });
    const summary = await screen.findByText("Show as a table");
    act(() => summary.click());
    const row = await screen.findByRole("row", { name: new RegExp(`${missingDay} Missing`) });
    expect(row.textContent).toContain("no data");
    expect(row.textContent).not.toContain("$0.00");
  });
});

describe("each state is a screen of its own:", () => {
  const starting = { title: "starting", detail: "Reading the bucket.", progress: { done: 40, total: 160 } };

  test("starting, with the ingest's progress", async () => {
    open("explore", { allocations: { status: 503, body: starting } });
    expect(await screen.findByRole("heading", { name: "Starting" })).toBeTruthy();
    expect(screen.getByText("40 of 160 sets read")).toBeTruthy();
  });

  test("loading, before the first answer", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    window.history.replaceState(null, "", "/costs/explore");
    render(<App />);
    expect(await screen.findByRole("status", { name: "Loading" })).toBeTruthy();
  });

  test("no cluster has ever reported, with what to install", async () => {
    open("explore", { allocations: { body: empty } });
    expect(await screen.findByRole("heading", { name: "No cluster has reported yet" })).toBeTruthy();
    expect(screen.getByText("fleetcost verify")).toBeTruthy();
  });

  test("the filter matches nothing, with a way to clear it", async () => {
    open('explore?filter=namespace:"shoop"', { allocations: { body: none } });
    const clear = await screen.findByRole("link", { name: "Clear the filter" });
    expect(clear.getAttribute("href")).toBe("/costs/explore");
  });

  test("the window lies before the first data", async () => {
    open("explore?window=lastmonth", { allocations: { body: before } });
    expect(
      await screen.findByRole("heading", { name: "The window lies before the first data" }),
    ).toBeTruthy();
    expect(screen.getByText("No cluster has data that old.")).toBeTruthy();
  });

  test("not allowed", async () => {
    open("explore", {
      allocations: {
        status: 403,
        body: { title: "Not allowed", detail: "Team shop only.", request_id: "r1" },
      },
    });
    expect(await screen.findByRole("heading", { name: "You are not allowed to see this" })).toBeTruthy();
    expect(screen.getByText("r1")).toBeTruthy();
  });

  test("an error, with the server's words, the request and another try", async () => {
    const body = { title: "The database did not answer", detail: "stopped after 30 s", request_id: "7c19" };
    open("explore", { allocations: { status: 500, body } });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/The database did not answer.*stopped after 30 s.*Try again.*7c19/);
  });

  test("a question that cannot be read, with the parameter and the way to set it back", async () => {
    const body = {
      title: "The question cannot be read",
      detail: "`window` cannot be `7days`; did you mean `7d`?",
      parameter: "window",
      code: "unusable-value",
      value: "7days",
      accepted: "7d, 24h",
      suggestion: "7d",
    };
    open("explore?window=7days", { allocations: { status: 400, body } });
    const reset = await screen.findByRole("link", { name: "Set window back" });
    expect(reset.getAttribute("href")).toBe("/costs/explore");
    expect(screen.getByText("7d, 24h")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toContain("window cannot be 7days; did you mean 7d?");
  });

  test("a misspelt field is mended where it stands in the filter", async () => {
    const body = {
      title: "bad question",
      detail: "There is no field `namespac`; did you mean `namespace`?",
      parameter: "filter",
      code: "unknown-field",
      value: "namespac",
      position: 13,
      suggestion: "namespace",
    };
    open('explore?filter=cluster:"a"%2Bnamespac:"shop"', { allocations: { status: 400, body } });
    const mended = await screen.findByRole("link", { name: "Use namespace" });
    expect(new URL((mended as HTMLAnchorElement).href).searchParams.get("filter")).toBe(
      'cluster:"a"+namespace:"shop"',
    );
  });

  test("a page that does not exist keeps the frame", async () => {
    open("nowhere", {});
    expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeTruthy();
    expect(screen.getByRole("navigation", { name: "Pages" })).toBeTruthy();
  });

  test("an outage is never an empty answer", async () => {
    open("explore", {});
    expect((await screen.findByRole("alert", {}, { timeout: 3000 })).textContent).toContain(
      "The server did not answer",
    );
    expect(screen.queryByRole("table")).toBeNull();
  });
});
