// Prints what a first visit loads and what comes later, compressed, and fails where a budget is exceeded.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const STATIC = fileURLToPath(new URL("../../src/fleetcost/ui/static", import.meta.url));
const KB = 1000;
const BUDGETS = { "first load, script": 120, "chart chunk, script": 190, style: 12 };

const size = (path) => gzipSync(readFileSync(join(STATIC, path)), { level: 9 }).length / KB;
const page = readFileSync(join(STATIC, "index.html"), "utf8");
const files = [
  ...readdirSync(STATIC),
  ...readdirSync(join(STATIC, "assets")).map((name) => `assets/${name}`),
];

const sums = Object.fromEntries(Object.keys(BUDGETS).map((name) => [name, 0]));
for (const path of files.filter((name) => /\.(js|css)$/.test(name))) {
  const kind = path.endsWith(".css")
    ? "style"
    : page.includes(path)
      ? "first load, script"
      : "chart chunk, script";
  sums[kind] += size(path);
  console.log(`${size(path).toFixed(1).padStart(8)} kB  ${path}  (${kind})`);
}
let over = false;
for (const [kind, budget] of Object.entries(BUDGETS)) {
  const exceeded = sums[kind] > budget;
  over ||= exceeded;
  console.log(`${kind}: ${sums[kind].toFixed(1)} of ${budget} kB${exceeded ? "  EXCEEDED" : ""}`);
}
process.exit(over ? 1 : 0);
