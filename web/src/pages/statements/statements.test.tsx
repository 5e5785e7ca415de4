import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { newQueryClient } from "../../api/hooks";
import type { Closing, StatementMonth } from "../../api/schema";
import { format, parse, viewOf } from "../../url";
import { Statement } from "./month";
import { monthWords } from "./month-words";
import { Statements } from "./statements";

const CLOSING: Closing = {
  id: "team/2026-10/0",
  number: 2,
  seq: 0,
  book_version: 1,
  closed_at: "2026-11-06T08:00:00Z",
  closed_by: "finance",
  accepted: "edge-3 lost four hours",
  reason: "",
  lines: 1,
  sha256: "abc",
  previous: "def",
  gaps: [],
  bills: ["aws-1: 31 invoiced"],
  rates: "",
  totals: [{ currency: "EUR", cost: "100", prior_period: "-20", reversal: "0", total: "80" }],
  differences: [
    {
      month: "2026-09",
      currency: "EUR",
      posted: "-20",
      coverage: "0",
      bill: "-20",
      rates: "0",
      unposted: "0.25",
    },
  ],
};
const MONTH: StatementMonth = {
  book: "team",
  month: { month: "2026-10", state: "closed", waiting: [], statements: [CLOSING] },
  aggregate: ["label:team"],
  kept: true,
  keys: [
    {
      name: "web",
      key: { "label:team": "web" },
      row: "group",
      currency: "EUR",
      closed: "100",
      posted: "-3",
      live: "96.5",
      unposted: "-0.5",
    },
  ],
  key_count: 1,
  totals: [{ currency: "EUR", closed: "100", posted: "-3", live: "96.5", unposted: "-0.5" }],
  lines: [],
  line_count: 1,
};

/** Answer each request by the end of its path, and everything else with not found. */
function answering(answers: Readonly<Record<string, unknown>>) {
  vi.stubGlobal("fetch", async (address: string) => {
    const path = address.split("?")[0] ?? "";
    const found = Object.entries(answers).find(([end]) => path.endsWith(end));
    return new Response(JSON.stringify(found?.[1] ?? { title: "not found" }), { status: found ? 200 : 404 });
  });
}

const VERIFIED = { book: "team", statements: 2, faults: [], leftovers: [] };
const shown = (page: React.ReactNode) =>
  render(<QueryClientProvider client={newQueryClient()}>{page}</QueryClientProvider>);

afterEach(() => vi.unstubAllGlobals());

describe("the page of a month", () => {
  const view = viewOf("statement", { path: ["team", "2026-10"] });

  test("has an address that is read back", () => {
    expect(format(view)).toBe("statements/team/2026-10");
    expect(parse("statements/team/2026-10", "")).toEqual(view);
    expect(monthWords("2026-10")).toBe("October 2026");
  });

  test("shows statement, postings and now side by side, who closed it and what was accepted", async () => {
    answering({ "/team/2026-10": MONTH, "/verify": VERIFIED });
    shown(<Statement view={view} />);
    expect(await screen.findByText(/by finance · accepted: edge-3 lost four hours/)).toBeTruthy();
    expect(screen.getAllByText("€96.50").length).toBe(2);
    expect(screen.getAllByText("−€0.50").length).toBe(2);
    expect(await screen.findByText(/2 statements are there as written/)).toBeTruthy();
    expect(screen.getByText("September 2026")).toBeTruthy();
  });

  test("says what an open month waits for, and closes it with words alone", async () => {
    const month = { month: "2026-11", state: "waiting", waiting: ["west lacks 1 day"], statements: [] };
    answering({ "/team/2026-11": { ...MONTH, month } });
    shown(<Statement view={viewOf("statement", { path: ["team", "2026-11"] })} />);
    expect(await screen.findByText("west lacks 1 day")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Close this month" }).disabled).toBe(true);
  });
});

describe("the list of books", () => {
  const book = {
    name: "team",
    version: 1,
    key: ["label:team"],
    filter: "",
    currency: "",
    rates: "",
    materiality: "1.00",
    materiality_percent: "0.1",
    auto_close_day: 6,
    months: [MONTH.month],
    fault: "",
  };

  test("says what is to be done where there is none", async () => {
    answering({ "/statements": { books: [], read_only: false } });
    shown(<Statements view={viewOf("statements")} />);
    expect(await screen.findByText(/fleetcost statements define/)).toBeTruthy();
  });

  test("names a statement that was removed", async () => {
    const faults = [{ number: 1, message: "the statement number 1 was removed" }];
    answering({
      "/verify": { ...VERIFIED, faults },
      "/statements": { books: [book], read_only: false },
    });
    shown(<Statements view={viewOf("statements")} />);
    expect(await screen.findByText(/Number 1: the statement number 1 was removed/)).toBeTruthy();
    expect(screen.getByText("€80.00")).toBeTruthy();
  });
});
