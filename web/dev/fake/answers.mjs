// The fake server's answers, in the shapes of src/api/schema.ts.

import { filterOf, windowOf } from "./asking.mjs";
import { assets, busy, clusters, idlePart, NOW, workloads } from "./fleet.mjs";
import { causeOf, clusterState, firstSeen, hourState, lastSeen, spanState } from "./scenarios.mjs";

const HOUR = 3_600_000;
const round = (value) => Math.round(value * 1e9) / 1e9;
const iso = (time) => new Date(time).toISOString().replace(".000Z", "Z");

const COSTS = [
  "cpu_cost",
  "ram_cost",
  "gpu_cost",
  "pv_cost",
  "network_cost",
  "load_balancer_cost",
  "shared_cost",
  "external_cost",
];
const HOURS = [
  "cpu_core_hours",
  "cpu_core_request_hours",
  "cpu_core_usage_hours",
  "ram_byte_hours",
  "ram_byte_request_hours",
  "ram_byte_usage_hours",
  "gpu_hours",
];

export function allocations(scenario, asked) {
  const question = questionOf(asked, "allocations", ["cluster"]);
  const leaves = workloads(scenario === "big" ? 18 : 1).filter(filterOf(question.filter));
  const steps = stepsOf(question);
  const rows = new Map();
  const series = steps.map((step) => bucketOf(scenario, step, leaves, question, rows));
  const list = [...rows.values()].map(finishRow).sort((one, other) => other.total_cost - one.total_cost);
  return envelope(
    scenario,
    question,
    list,
    sum(list, [...COSTS, ...HOURS, "total_cost"]),
    withoutTail(series, list),
  );
}

/** The series names at most the fifty dearest rows; the rest is in each step's total. */
function withoutTail(series, rows) {
  const kept = new Set(rows.slice(0, 50).map(({ name }) => name));
  return series.map((bucket) => ({
    ...bucket,
    rows: bucket.rows.filter(({ name }) => kept.has(name) || name.endsWith("__idle__")),
  }));
}

function bucketOf(scenario, [from, to], leaves, question, rows) {
  const names = new Map();
  const weights = new Map(clusters().map(({ cluster }) => [cluster, weightOf(scenario, cluster, from, to)]));
  for (const leaf of leaves) {
    const weight = weights.get(leaf.key.cluster);
    if (weight === 0) continue;
    addLeaf(leaf, weight, question, rows, names);
  }
  const window = { start: iso(from * HOUR), end: iso(to * HOUR) };
  const list = [...names].map(([name, total_cost]) => ({ name, total_cost: round(total_cost) }));
  const total = list.reduce((all, { total_cost }) => all + total_cost, 0);
  return {
    window,
    state: fleetState(scenario, from, to),
    total_cost: round(total),
    rows: list.sort((a, b) => b.total_cost - a.total_cost),
  };
}

function addLeaf(leaf, weight, { aggregate, idle }, rows, names) {
  const key = Object.fromEntries(aggregate.map((field) => [field, leaf.key[field] ?? "__unallocated__"]));
  const name = aggregate.map((field) => key[field]).join("/");
  const wasted = idlePart(leaf.key.cluster);
  const shared = idle === "share" ? wasted : 0;
  add(rows, names, name, key, costsOf(leaf, weight, shared));
  if (idle !== "separate") return;
  const byCluster = aggregate[0] === "cluster";
  const idleKey = byCluster ? { cluster: leaf.key.cluster } : {};
  const idleName = byCluster ? `${leaf.key.cluster}/__idle__` : "__idle__";
  const cost = allOf(leaf) * weight * wasted;
  add(rows, names, idleName, idleKey, { cpu_cost: cost * 0.62, ram_cost: cost * 0.38 });
}

function allOf(leaf) {
  return leaf.hourly + leaf.gpu + leaf.storage + leaf.network + leaf.balancer;
}

function costsOf(leaf, hours, shared) {
  const cost = leaf.hourly * hours;
  const idle = allOf(leaf) * hours * shared;
  const cores = (cost * 0.62) / 0.032;
  const bytes = ((cost * 0.38) / 0.0043) * 2 ** 30;
  return {
    cpu_cost: cost * 0.62 + idle * 0.62,
    ram_cost: cost * 0.38 + idle * 0.38,
    gpu_cost: leaf.gpu * hours,
    pv_cost: leaf.storage * hours,
    network_cost: leaf.network * hours,
    load_balancer_cost: leaf.balancer * hours,
    shared_cost: 0,
    external_cost: 0,
    cpu_core_hours: cores,
    cpu_core_request_hours: cores,
    cpu_core_usage_hours: cores * leaf.used,
    ram_byte_hours: bytes,
    ram_byte_request_hours: bytes,
    ram_byte_usage_hours: bytes * (leaf.used * 0.6 + 0.3),
    gpu_hours: (leaf.gpu * hours) / 0.95,
  };
}

function add(rows, names, name, key, values) {
  let row = rows.get(name);
  if (!row) {
    row = { name, key };
    for (const field of [...COSTS, ...HOURS]) row[field] = 0;
    rows.set(name, row);
  }
  for (const [field, value] of Object.entries(values)) row[field] += value;
  const cost = COSTS.reduce((all, field) => all + (values[field] ?? 0), 0);
  names.set(name, (names.get(name) ?? 0) + cost);
}

function finishRow(row) {
  const done = { name: row.name, key: row.key, start: null, end: null };
  for (const field of COSTS) done[field] = round(row[field]);
  for (const field of HOURS)
    done[field] = field.startsWith("ram") ? Math.round(row[field]) : round(row[field]);
  done.total_cost = round(COSTS.reduce((all, field) => all + row[field], 0));
  return { ...done, ...efficiencies(row, row.name.endsWith("__idle__")) };
}

function efficiencies(row, none) {
  if (none || row.cpu_core_request_hours === 0)
    return { cpu_efficiency: null, ram_efficiency: null, total_efficiency: null };
  const cpu = row.cpu_core_usage_hours / row.cpu_core_request_hours;
  const ram = row.ram_byte_usage_hours / row.ram_byte_request_hours;
  const total = (cpu * row.cpu_cost + ram * row.ram_cost) / (row.cpu_cost + row.ram_cost);
  return { cpu_efficiency: round(cpu), ram_efficiency: round(ram), total_efficiency: round(total) };
}

function sum(rows, fields) {
  const totals = Object.fromEntries(
    fields.map((field) => [field, round(rows.reduce((all, row) => all + row[field], 0))]),
  );
  return { ...totals, ...efficiencies(totals, fields[0] !== "cpu_cost") };
}

export function assetsAnswer(scenario, asked) {
  const question = questionOf(asked, "assets", ["type"]);
  const leaves = assets().filter(filterOf(question.filter));
  const rows = new Map();
  const series = stepsOf(question).map(([from, to]) =>
    assetBucket(scenario, from, to, leaves, question, rows),
  );
  const list = [...rows.values()].sort((one, other) => other.total_cost - one.total_cost);
  return envelope(scenario, question, list, sum(list, ["cost", "adjustment", "total_cost"]), series);
}

function assetBucket(scenario, from, to, leaves, { aggregate }, rows) {
  const names = new Map();
  const weights = new Map(clusters().map(({ cluster }) => [cluster, weightOf(scenario, cluster, from, to)]));
  for (const leaf of leaves) {
    const hours = weights.get(leaf.key.cluster);
    if (hours === 0) continue;
    const key = Object.fromEntries(aggregate.map((field) => [field, leaf.key[field] ?? "__undefined__"]));
    const name = aggregate.map((field) => key[field]).join("/");
    const row = rows.get(name) ?? {
      name,
      key,
      start: null,
      end: null,
      cost: 0,
      adjustment: 0,
      total_cost: 0,
      cpu_core_hours: 0,
      ram_byte_hours: 0,
      byte_hours: 0,
      byte_usage_hours: 0,
    };
    const cost = round(leaf.hourly * hours);
    const adjustment = round(leaf.adjustment * hours);
    row.cost = round(row.cost + cost);
    row.adjustment = round(row.adjustment + adjustment);
    row.total_cost = round(row.cost + row.adjustment);
    row.cpu_core_hours += (leaf.more.cores ?? 0) * hours;
    row.ram_byte_hours += (leaf.more.ram ?? 0) * hours;
    row.byte_hours += (leaf.more.bytes ?? 0) * hours;
    row.byte_usage_hours += (leaf.more.used ?? 0) * hours;
    if (aggregate.includes("name"))
      Object.assign(
        row,
        { type: leaf.key.type, provider: leaf.key.provider, region: leaf.key.region },
        leaf.more,
      );
    rows.set(name, row);
    names.set(name, (names.get(name) ?? 0) + cost + adjustment);
  }
  const list = [...names].map(([name, total_cost]) => ({ name, total_cost: round(total_cost) }));
  const total = round(list.reduce((all, { total_cost }) => all + total_cost, 0));
  return {
    window: { start: iso(from * HOUR), end: iso(to * HOUR) },
    state: fleetState(scenario, from, to),
    total_cost: total,
    rows: list,
  };
}

function weightOf(scenario, cluster, from, to) {
  let weight = 0;
  for (let hour = from; hour < to; hour += 1)
    weight += hourState(scenario, cluster, hour).observed * busy(cluster, hour);
  return weight;
}

function fleetState(scenario, from, to) {
  const states = clusters().map(({ cluster }) => spanState(scenario, cluster, from, to).state);
  if (states.every((state) => state === states[0])) return states[0];
  return states.includes("complete") &&
    !states.some((state) => state !== "complete" && state !== "before first seen")
    ? "complete"
    : "partial";
}

function questionOf(asked, kind, fallback) {
  const aggregate = (asked.get("aggregate") ?? "").split(",").filter(Boolean);
  return {
    kind,
    window: windowOf(asked.get("window") ?? "7d"),
    aggregate: aggregate.length > 0 ? aggregate : fallback,
    step: asked.get("step") ?? "1d",
    idle: asked.get("idle") ?? "separate",
    filter: asked.get("filter") ?? "",
  };
}

function stepsOf({ window, step }) {
  const from = Date.parse(window.start) / HOUR;
  const to = Date.parse(window.end) / HOUR;
  const width = step === "1h" ? 1 : step === "1d" ? 24 : to - from;
  const steps = [];
  for (let at = from; at < to; at += width) steps.push([at, Math.min(to, at + width)]);
  return steps;
}

function envelope(scenario, question, rows, totals, series) {
  const from = Date.parse(question.window.start) / HOUR;
  const to = Date.parse(question.window.end) / HOUR;
  const chosen = clusters().filter((cluster) => filterOf(onlyCluster(question.filter))({ key: cluster }));
  const completeness = chosen.map(({ cluster }) => completenessOf(scenario, cluster, from, to));
  const warnings = question.filter.includes("team")
    ? [{ code: "label-missing", message: "The label team is not set on 22% of the cost in this window." }]
    : [];
  return { question, currency: "USD", rows, totals, series, completeness, warnings, as_of: NOW, took_ms: 14 };
}

function onlyCluster(filter) {
  return filter
    .split("+")
    .filter((clause) => clause.startsWith("cluster"))
    .join("+");
}

function completenessOf(scenario, cluster, from, to) {
  const windows = {};
  for (let day = from; day < to; day += 24) {
    const { state, expected } = spanState(scenario, cluster, day, Math.min(to, day + 24));
    if (expected > 0 || state === "before first seen") windows[state] = (windows[state] ?? 0) + 1;
  }
  const { state, observed, expected, causes } = spanState(scenario, cluster, from, to);
  const whole = observed >= expected - 0.5;
  const word = clusterState(scenario, cluster);
  return {
    cluster,
    state:
      state === "before first seen" || state === "damaged"
        ? state
        : whole
          ? "complete"
          : word === "complete"
            ? "partial"
            : word,
    windows,
    first: firstSeen(scenario, cluster),
    last: lastSeen(scenario, cluster),
    coverage_minutes: Math.round(observed),
    expected_minutes: Math.round(expected),
    causes,
  };
}

export function clustersAnswer(scenario) {
  if (scenario === "empty") return { clusters: [], as_of: NOW };
  const list = clusters().map(({ cluster, provider, region, nodes }) => ({
    cluster,
    state: clusterState(scenario, cluster),
    first: firstSeen(scenario, cluster),
    last: lastSeen(scenario, cluster),
    last_uploaded: iso(Date.parse(lastSeen(scenario, cluster)) + 4 * 60_000),
    last_ingested: iso(Date.parse(lastSeen(scenario, cluster)) + 9 * 60_000),
    currency: "USD",
    cause: causeOf(scenario, cluster),
    provider,
    region,
    agent_version: cluster === "edge-lab" ? "0.8.2" : "0.9.0",
    nodes,
    price_source: provider === "on-premises" ? "custom" : "price book",
    source: provider === "aws" ? "prometheus" : provider === "gcp" ? "mimir" : "thanos",
  }));
  const retired = {
    ...list[0],
    cluster: "prod-eu-0",
    state: "retired",
    first: "2025-03-01T00:00:00Z",
    last: "2026-08-31T00:00:00Z",
    last_uploaded: "2026-08-31T00:04:00Z",
    last_ingested: "2026-08-31T00:09:00Z",
    cause: "retired by ops on 31 Aug 2026",
  };
  return { clusters: scenario === "late" ? [...list, retired] : list, as_of: NOW };
}

export function emptyAnswer(asked, kind) {
  const question = questionOf(asked, kind, kind === "assets" ? ["type"] : ["cluster"]);
  const totals = Object.fromEntries(
    [...COSTS, ...HOURS, "cost", "adjustment", "total_cost"].map((field) => [field, 0]),
  );
  return {
    question,
    currency: "USD",
    rows: [],
    totals: { ...totals, ...efficiencies(totals, true) },
    series: [],
    completeness: [],
    warnings: [],
    as_of: NOW,
    took_ms: 2,
  };
}

export function healthWindows(scenario, asked) {
  const window = windowOf(asked.get("window") ?? "7d");
  const width = asked.get("resolution") === "1d" ? 24 : 1;
  const kind = asked.get("kind") ?? "allocations";
  const from = Date.parse(window.start) / HOUR;
  const to = Math.min(Date.parse(window.end) / HOUR, Math.ceil(Date.parse(NOW) / HOUR));
  const list = clusters().map(({ cluster }) => {
    const cells = [];
    for (let at = from; at < to; at += width) cells.push(cellOf(scenario, cluster, kind, at, at + width));
    return { cluster, cells };
  });
  return { clusters: scenario === "empty" ? [] : list, as_of: NOW };
}

function cellOf(scenario, cluster, kind, from, to) {
  const { state, observed, causes } = spanState(scenario, cluster, from, to);
  const stored = observed > 0 || state === "damaged";
  const resolution = to - from === 24 ? "1d" : "1h";
  return {
    window: { start: iso(from * HOUR), end: iso(to * HOUR) },
    state,
    coverage_minutes: Math.round(observed),
    cause: causes[0] ?? null,
    path: stored
      ? `federated/${cluster}/etl/parquet/${kind}/${resolution}/${from * 3600}-${to * 3600}.parquet`
      : null,
    rows: observed > 0 ? 180 + Math.floor(idlePart(cluster) * 400) : null,
    size_bytes: stored ? 48_000 + Math.floor(idlePart(`${cluster}${from}`) * 90_000) : null,
    written_at: stored ? iso(to * HOUR + 240_000) : null,
    ingested_at: observed > 0 ? iso(to * HOUR + 540_000) : null,
  };
}

export function prices() {
  return {
    prices: clusters().map(({ cluster, provider }) => ({
      cluster,
      source: provider === "on-premises" ? "custom" : "price book",
      effective_from: provider === "on-premises" ? "2026-07-01T00:00:00Z" : "2026-11-01T00:00:00Z",
      overridden: cluster === "data-eu-1",
      unpriced_count: cluster === "ml-us-1" ? 3 : 0,
      unpriced_cost_at_risk: cluster === "ml-us-1" ? 212.4 : 0,
      cpu_core_hour: provider === "on-premises" ? 0.012 : 0.0316,
      ram_gib_hour: provider === "on-premises" ? 0.0016 : 0.0042,
      gpu_hour: cluster === "ml-us-1" ? 0.95 : null,
      pv_gib_hour: 0.00011,
      currency: "USD",
      doubts:
        cluster === "ml-us-1"
          ? [
              {
                kind: "price far above the others",
                count: 1,
                subjects: ["Node gpu-7: GPU at 95 USD an hour"],
                meaning:
                  "this price is a hundred times the middle of its kind in the cluster, or more; check its source. It is charged as it stands",
              },
            ]
          : [],
    })),
    as_of: NOW,
  };
}
