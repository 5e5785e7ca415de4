import { render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { BucketBeside } from "../../api/schema";
import { agentWords, BesideSets, ownerOf, plain } from "./beside";

const FOLDER = {
  kind: "KubeModel",
  meaning: "an inventory without prices",
  owner: "6f1d",
  name: "prod-eu-1",
  objects: 3,
  size_bytes: 1200,
  newest_path: "finops-agent/6f1d/kubemodel/1h/20260601120000",
  newest_at: "2026-06-01T12:00:00Z",
};
const AGENT = {
  cluster: "third",
  version: "1.0.25",
  seen_at: "2026-06-01T12:00:00Z",
  failed: ["nodes: none"],
  problem: "",
};

describe("what lies beside the sets", () => {
  test("is not there where nothing lies beside them", () => {
    const { container } = render(<BesideSets beside={{ folders: [], agents: [], notice: "" }} />);
    expect(container.innerHTML).toBe("");
  });

  test("is listed with its owner, its meaning, its agents and what to switch on", () => {
    const beside: BucketBeside = { folders: [FOLDER], agents: [AGENT], notice: "Switch on the sets" };
    render(<BesideSets beside={beside} />);
    expect(screen.getByText("prod-eu-1 (uid 6f1d)")).toBeTruthy();
    expect(screen.getByText("an inventory without prices")).toBeTruthy();
    expect(screen.getByText("Switch on the sets.")).toBeTruthy();
    expect(screen.getByText(/version 1.0.25, nodes: none/)).toBeTruthy();
  });

  test("is in words", () => {
    expect(plain("run `fleetcost verify` there")).toBe("run fleetcost verify there");
    expect(ownerOf({ ...FOLDER, name: "" })).toBe("6f1d");
    expect(ownerOf({ ...FOLDER, owner: "open", name: "open" })).toBe("open");
    expect(agentWords({ ...AGENT, seen_at: null, version: "", failed: [], problem: "" })).toBe(
      "no heartbeat",
    );
  });
});
