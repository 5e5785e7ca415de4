// The fleet's troubles: which cluster lacks which hours, in which state and why.

import { clusters, NOW } from "./fleet.mjs";

export const SCENARIOS = {
  normal: "every cluster complete",
  late: "one cluster late, one silent, one partly observed, one new, one retired",
  damaged: "one cluster with a damaged daily set",
  gap: "a day without data in the whole fleet",
  big: "about ten thousand pods",
  old: "a window before the first set",
  empty: "no cluster has ever reported",
  starting: "the first ingest runs (503 with progress)",
  error: "every question fails (500)",
  forbidden: "not allowed (403)",
  flaky: "the first answer of each question succeeds, later ones fail",
  slow: "every answer takes three seconds",
};

const HOUR = 3_600_000;

const FAULTS = {
  late: [
    {
      cluster: "prod-ap-2",
      from: "2026-11-21T09:00:00Z",
      to: null,
      state: "late",
      cause: "no set since 21 Nov 09:00 UTC; the agent's last push was 09:04 UTC",
    },
    {
      cluster: "edge-lab",
      from: "2026-11-18T04:00:00Z",
      to: null,
      state: "missing",
      cause: "no heartbeat since 18 Nov 04:02 UTC",
    },
    {
      cluster: "dev-us-1",
      from: "2026-11-19T03:00:00Z",
      to: "2026-11-19T05:00:00Z",
      state: "partial",
      cause: "Prometheus restarted: 2 hours without samples on 19 Nov",
    },
  ],
  damaged: [
    {
      cluster: "data-eu-1",
      from: "2026-11-19T00:00:00Z",
      to: "2026-11-20T00:00:00Z",
      state: "damaged",
      cause:
        "federated/data-eu-1/etl/parquet/allocations/1d/1795046400-1795132800.parquet ends before its footer",
    },
  ],
  gap: clusters().map(({ cluster }) => ({
    cluster,
    from: "2026-11-18T00:00:00Z",
    to: "2026-11-19T00:00:00Z",
    state: "missing",
    cause: "no sets for 18 Nov in the bucket",
  })),
};

/** When each cluster was first seen. */
export function firstSeen(scenario, cluster) {
  if (scenario === "old") return "2026-11-21T12:00:00Z";
  if (scenario === "late" && cluster === "stage-us-1") return "2026-11-20T22:00:00Z";
  return cluster === "edge-lab" ? "2026-10-02T00:00:00Z" : "2026-01-05T00:00:00Z";
}

/** The state of one cluster's hour, and what part of it was observed. */
export function hourState(scenario, cluster, hour) {
  const start = hour * HOUR;
  const now = Date.parse(NOW);
  if (start >= now) return { state: "future", observed: 0, cause: null };
  if (start < Date.parse(firstSeen(scenario, cluster)))
    return { state: "before first seen", observed: 0, cause: null };
  for (const fault of FAULTS[scenario] ?? []) {
    const end = fault.to ? Date.parse(fault.to) : Number.POSITIVE_INFINITY;
    if (fault.cluster !== cluster || start < Date.parse(fault.from) || start >= end) continue;
    return { state: fault.state, observed: fault.state === "partial" ? 0.4 : 0, cause: fault.cause };
  }
  const running = start + HOUR > now;
  return {
    state: running ? "partial" : "complete",
    observed: running ? (now - start) / HOUR : 1,
    cause: null,
  };
}

/** The state of a longer window of one cluster, from its hours. */
export function spanState(scenario, cluster, from, to) {
  const counts = {};
  const causes = new Set();
  let observed = 0;
  let expected = 0;
  for (let hour = from; hour < to; hour += 1) {
    const { state, observed: part, cause } = hourState(scenario, cluster, hour);
    if (state === "future") continue;
    counts[state] = (counts[state] ?? 0) + 1;
    if (cause) causes.add(cause);
    observed += part * 60;
    if (state !== "before first seen") expected += Math.min(60, (Date.parse(NOW) - hour * HOUR) / 60_000);
  }
  return { state: verdict(counts, observed, expected, to), observed, expected, causes: [...causes] };
}

function verdict(counts, observed, expected, to) {
  const states = Object.keys(counts);
  if (states.length === 0 || (states.length === 1 && counts["before first seen"])) return "before first seen";
  for (const state of ["damaged", "refused"]) if (counts[state]) return state;
  if (observed === 0) return counts.missing ? "missing" : "late";
  const unfinished = to * HOUR > Date.parse(NOW);
  return observed < expected - 0.5 || unfinished ? "partial" : "complete";
}

/** The registry's word for a cluster. */
export function clusterState(scenario, cluster) {
  if (scenario === "late") {
    if (cluster === "prod-ap-2") return "late";
    if (cluster === "edge-lab") return "silent";
    if (cluster === "dev-us-1") return "partial";
    if (cluster === "stage-us-1") return "new";
  }
  if (scenario === "damaged" && cluster === "data-eu-1") return "damaged";
  return "complete";
}

export function causeOf(scenario, cluster) {
  return (FAULTS[scenario] ?? []).find((fault) => fault.cluster === cluster)?.cause ?? null;
}

/** The end of a cluster's last finished hour. */
export function lastSeen(scenario, cluster) {
  const open = (FAULTS[scenario] ?? []).find((fault) => fault.cluster === cluster && fault.to === null);
  const now = Math.floor(Date.parse(NOW) / HOUR) * HOUR;
  return open ? open.from : new Date(now).toISOString().replace(".000Z", "Z");
}
