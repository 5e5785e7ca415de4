import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { newQueryClient } from "../api/hooks";
import type { Anomalies, AnomalyEvent, ExpectedAnomalies } from "../api/schema";
import { viewOf } from "../url";
import { StandsOut } from "./anomalies";

const event = (id: string, namespace: string): AnomalyEvent => ({
  id,
  key: { cluster: "east", namespace },
  currency: "USD",
  day: "2026-11-30",
  kind: "rise",
  at_least: false,
  cost: "30",
  usual: "10",
  excess: "20",
  like: "2026-11-23",
  facts: [],
});
const FOUND = {
  events: [event("a", "shop"), event("b", "jobs")],
  event_count: 2,
  groups: 3,
  learning: 0,
  floor: "10",
} as unknown as Anomalies;
const MARK = {
  id: "a",
  key: { cluster: "east", namespace: "shop" },
  currency: "USD",
  day: "2026-11-30",
  kind: "rise",
  up_to: "25",
  note: "a sale",
  by: "finance",
  at: "2026-12-01T08:00:00Z",
  part: "",
};

/** Show the card; return what is sent. */
function shown(expected: ExpectedAnomalies): [string, RequestInit | undefined][] {
  const sent: [string, RequestInit | undefined][] = [];
  vi.stubGlobal("fetch", async (address: string, init?: RequestInit) => {
    sent.push([address, init]);
    const body = address.includes("/expected") ? expected : FOUND;
    return new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
  });
  const query = viewOf("explore", { filter: 'cluster:"east"' });
  render(
    <QueryClientProvider client={newQueryClient()}>
      <StandsOut query={query} />
    </QueryClientProvider>,
  );
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

test("an expected event is folded with its note, and the others stand out", async () => {
  shown({ expected: [MARK], read_only: true });
  expect(await screen.findByText("1 more is expected")).toBeTruthy();
  expect(screen.getByText(/east \/ shop, .*: a sale/)).toBeTruthy();
  expect(screen.getAllByRole("row").map((row) => row.textContent)).toHaveLength(2);
  expect(screen.queryByRole("button")).toBeNull();
});

test("who may mark gives the reason, and the event is marked by what it was found by", async () => {
  const sent = shown({ expected: [], read_only: false });
  const [first] = await screen.findAllByRole("button", { name: "Expected …" });
  if (!first) throw new Error("no button");
  fireEvent.click(first);
  fireEvent.change(screen.getByLabelText("Why it is expected"), { target: { value: " a sale " } });
  fireEvent.click(screen.getByRole("button", { name: "Mark" }));
  await vi.waitFor(() => expect(sent.find(([, init]) => init?.method === "PUT")).toBeDefined());
  const [address, init] = sent.find(([, one]) => one?.method === "PUT") ?? ["", undefined];
  expect(decodeURIComponent(address)).toContain('api/v1/anomalies/expected/a?filter=cluster:"east"');
  expect(init?.body).toBe('{"note":"a sale"}');
});
