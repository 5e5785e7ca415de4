// A fake aggregator for development and pictures: the built app and the native API, with made-up data.
//
//   node dev/fake-api.mjs [--port 9091]
//
// The first path segment picks the scenario and is also a mount path: /late/, /empty/, … ; / is `normal`.

import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import {
  allocations,
  assetsAnswer,
  clustersAnswer,
  emptyAnswer,
  healthWindows,
  prices,
} from "./fake/answers.mjs";
import { Refused } from "./fake/asking.mjs";
import { NOW } from "./fake/fleet.mjs";
import { SCENARIOS } from "./fake/scenarios.mjs";

const STATIC = fileURLToPath(new URL("../../src/fleetcost/ui/static", import.meta.url));
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; frame-ancestors 'none'";
const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};

const views = new Map([
  [
    "team-platform",
    {
      id: "team-platform",
      title: "Platform team, this month",
      description: "For the monthly review",
      url: "explore?window=month&filter=label[team]:%22platform%22",
      owner: "platform",
      updated_at: "2026-11-19T10:22:00Z",
    },
  ],
  [
    "gpu",
    {
      id: "gpu",
      title: "GPU clusters",
      description: "",
      url: "explore?aggregate=namespace&filter=cluster:%22ml-us-1%22",
      owner: "data",
      updated_at: "2026-11-12T08:01:00Z",
    },
  ],
]);
const seen = new Map();
let started = 0;

export function serve(port) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      console.error(error);
      json(response, 500, { title: "The fake server stumbled", status: 500, detail: String(error) });
    });
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => done(server)));
}

async function handle(request, response) {
  const url = new URL(request.url ?? "/", "http://localhost");
  const segments = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const scenario = segments[0] !== undefined && segments[0] in SCENARIOS ? segments.shift() : undefined;
  const path = segments.join("/");
  const base = scenario ? `/${scenario}/` : "/";
  if (path.startsWith("api/") || path === "healthz")
    return answer(request, response, scenario ?? "normal", path, url);
  return asset(response, base, path);
}

async function answer(request, response, scenario, path, url) {
  if (scenario === "slow") await new Promise((done) => setTimeout(done, 3000));
  if (path === "healthz") return json(response, 200, { status: "ok", version: "0.9.0" });
  if (path.startsWith("api/v1/views")) return saved(request, response, path);
  const refusal = refusalOf(scenario, path, url);
  if (refusal) return json(response, refusal.status, refusal);
  try {
    const body = bodyOf(scenario, path, url.searchParams);
    if (body === undefined)
      return json(response, 404, { title: "No such address", status: 404, detail: `${path} is not served` });
    return url.searchParams.get("format") === "csv" ? csv(response, body) : json(response, 200, body);
  } catch (error) {
    if (error instanceof Refused) return json(response, 400, error.problem);
    throw error;
  }
}

function bodyOf(scenario, path, asked) {
  if (path === "api/v1/clusters") return clustersAnswer(scenario);
  if (path === "api/v1/health/windows") return healthWindows(scenario, asked);
  if (path === "api/v1/prices") return prices();
  if (path === "api/v1/allocations")
    return scenario === "empty" ? emptyAnswer(asked, "allocations") : allocations(scenario, asked);
  if (path === "api/v1/assets")
    return scenario === "empty" ? emptyAnswer(asked, "assets") : assetsAnswer(scenario, asked);
  return undefined;
}

function refusalOf(scenario, path, url) {
  const request_id = "7c19e2d4";
  if (scenario === "starting") {
    started += 1;
    const progress = { done: Math.min(1180, 340 + started * 7), total: 1246 };
    return {
      type: "about:blank",
      title: "starting",
      status: 503,
      detail: "Reading the bucket into the database, newest windows first.",
      progress,
    };
  }
  if (scenario === "forbidden") {
    return {
      title: "Not allowed",
      status: 403,
      detail: "The token allows namespaces of team shop only; this question asks for all.",
      request_id,
    };
  }
  const broken = {
    type: "about:blank",
    title: "The database did not answer",
    status: 500,
    detail: "allocations by cluster: the query was stopped after 30 s; 3 other queries were running.",
    request_id,
  };
  if (scenario === "error" && path !== "api/v1/clusters") return broken;
  if (scenario !== "flaky" || path === "api/v1/clusters") return null;
  const count = (seen.get(url.href) ?? 0) + 1;
  seen.set(url.href, count);
  return count > 1 ? broken : null;
}

async function saved(request, response, path) {
  const id = path.split("/")[3];
  if (request.method === "DELETE" && id) views.delete(id);
  if (request.method === "PUT" && id) {
    let text = "";
    for await (const chunk of request) text += chunk;
    views.set(id, { ...JSON.parse(text), id, owner: null, updated_at: NOW });
  }
  return json(response, 200, { views: [...views.values()], read_only: false });
}

function csv(response, { question, rows }) {
  response.writeHead(200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": "attachment; filename=costs.csv",
  });
  response.end(
    `# ${JSON.stringify(question)}\nname,total_cost\n${rows.map((row) => `${row.name},${row.total_cost}`).join("\n")}\n`,
  );
}

function json(response, status, body) {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function asset(response, base, path) {
  const file = normalize(join(STATIC, path));
  if (path && file.startsWith(STATIC) && extname(file) && existsSync(file)) {
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
    });
    return createReadStream(file).pipe(response);
  }
  const page = readFileSync(join(STATIC, "index.html"), "utf8").replace(
    '<base href="./" />',
    `<base href="${base}" />`,
  );
  response.writeHead(200, { "content-type": TYPES[".html"], "content-security-policy": POLICY });
  return response.end(page);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--port");
  const port = at > 0 ? Number(process.argv[at + 1]) : 9091;
  await serve(port);
  console.log(`fake fleet on http://127.0.0.1:${port}/`);
  for (const [name, meaning] of Object.entries(SCENARIOS)) console.log(`  /${name}/`.padEnd(14), meaning);
}
