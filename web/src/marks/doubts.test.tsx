import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Doubts } from "./doubts";

afterEach(cleanup);

const LACK = {
  kind: "labels of nodes not exported",
  count: 3,
  subjects: ["node n1", "node n2"],
  meaning: "start kube-state-metrics with `--metric-labels-allowlist=nodes=[*]`",
};

test("each doubt names its cluster, the first of its subjects and what to do", () => {
  render(<Doubts clusters={[{ cluster: "prod-eu-1", doubts: [LACK] }]} />);
  const said = screen.getByRole("status").textContent;
  expect(said).toContain("prod-eu-1: labels of nodes not exported. node n1, node n2, …");
  expect(said).toContain(LACK.meaning);
});

test("a cluster without doubts says nothing", () => {
  render(<Doubts clusters={[{ cluster: "prod-eu-1", doubts: [] }]} />);
  expect(screen.queryByRole("status")).toBeNull();
});
