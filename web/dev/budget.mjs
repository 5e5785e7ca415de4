// Prints what each page loads at its first visit and what the chart adds, compressed; fails where a budget is exceeded.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const STATIC = fileURLToPath(new URL("../../src/fleetcost/ui/static", import.meta.url));
const KB = 1000;
const FIRST_LOAD = 120;
const CHART = 190;
const ROWS = 12;
const STYLE = 12;

const read = (path) => readFileSync(join(STATIC, path));
const size = (path) => gzipSync(read(path), { level: 9 }).length / KB;
const assets = readdirSync(join(STATIC, "assets"));
const page = read("index.html").toString();

/** The chunks a chunk needs before it runs, itself included; what it loads later is not among them. */
function needs(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const code = read(`assets/${name}`).toString();
  for (const [, next] of code.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) needs(next, found);
  return found;
}

const total = (names) => [...names].reduce((all, name) => all + size(`assets/${name}`), 0);
const entries = assets.filter((name) => name.endsWith(".js") && page.includes(name));
const start = new Set(entries.flatMap((name) => [...needs(name)]));
const later = new Set([
  ...entries.flatMap((name) =>
    [
      ...read(`assets/${name}`)
        .toString()
        .matchAll(/import\(\s*[`"]\.\/([\w.-]+\.js)[`"]/g),
    ].map(([, next]) => next),
  ),
]);

let over = false;
function report(what, kilobytes, budget) {
  const exceeded = kilobytes > budget;
  over ||= exceeded;
  console.log(`${kilobytes.toFixed(1).padStart(7)} of ${budget} kB  ${what}${exceeded ? "  EXCEEDED" : ""}`);
}

if (later.size < 2)
  throw new Error("no page is loaded lazily: the page's chunks were not found in the entry");
// Neither the chart nor the rows of a long table are waited for: the page is there before they are.
const pages = [...later].filter((name) => !/^(draw|rows)-/.test(name)).sort();
for (const name of pages)
  report(`first load, ${name}`, total(new Set([...start, ...needs(name)])) + size("theme.js"), FIRST_LOAD);
const charts = assets.filter((name) => name.startsWith("draw-") && name.endsWith(".js"));
if (charts.length === 0) throw new Error("the chart's chunk was not found");
report("chart chunk", total(charts), CHART);
report("long tables", total(assets.filter((name) => name.startsWith("rows-"))), ROWS);
report("style", total(assets.filter((name) => name.endsWith(".css"))), STYLE);
process.exit(over ? 1 : 0);
