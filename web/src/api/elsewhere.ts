/** The same question asked without this page: by curl, by our command, by DuckDB, as a file. Pure. */

const KINDS: Readonly<Record<string, string>> = { allocations: "allocation", assets: "assets" };
const FLAGS = ["window", "aggregate", "filter", "currency", "basis", "estimated"] as const;
const FLAGS_OF_WORKLOADS = [
  ...FLAGS,
  "idle",
  "tenancy",
  "share_namespaces",
  "share_labels",
  "share_cost",
] as const;

/** A quote ends a shell's text; this is how one is written within. */
const SHELL_QUOTE = "'\\''";

/** `curl 'http://…'`, safe within a shell's quotes. */
export function curlOf(address: string): string {
  return `curl '${address.replace(/"/g, "%22").replace(/'/g, "%27")}'`;
}

/** `fleetcost query …`; null where the command does not ask this. */
export function commandOf(origin: string, address: string): string | null {
  const { base, route, query } = split(address);
  const kind = KINDS[route];
  if (!kind) return null;
  const flags = (kind === "assets" ? FLAGS : FLAGS_OF_WORKLOADS).flatMap((flag) => {
    const value = query.get(flag);
    return value ? [`--${flag.replace("_", "-")} ${quoted(value)}`] : [];
  });
  return [`fleetcost query ${kind} --url ${quoted(origin + base)}`, ...flags].join(" ");
}

/** The answer as a file, with the address's own step or another. */
export function fileOf(address: string, format: string, step: string | null): string {
  const { base, route, query } = split(address);
  query.delete("compare");
  if (step !== null) query.set("step", step);
  query.set("format", format);
  return `${base}/api/v1/${route}?${query}`;
}

/** The same window as a FOCUS file; filters are of workloads, so those of bills and assets stay behind. */
export function focusOf(address: string): string {
  const { base, route, query } = split(address);
  const asked = new URLSearchParams();
  for (const name of route === "allocations" ? ["window", "filter"] : ["window"]) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  return `${base}/api/v1/focus?${asked}`;
}

/** A query over the answer's file: DuckDB reads it over HTTP. Null where the route answers no files. */
export function duckdbOf(origin: string, address: string): string | null {
  if (!KINDS[split(address).route]) return null;
  const file = (origin + fileOf(address, "parquet", "all")).replace(/'/g, "%27");
  return `SELECT * FROM read_parquet('${file}') ORDER BY total_cost DESC;`;
}

function split(address: string): { base: string; route: string; query: URLSearchParams } {
  const [path = "", text = ""] = address.split(/\?(.*)/s);
  const [base = "", route = ""] = path.split("/api/v1/");
  // A plus sign in a filter is a plus sign, as in the page's own addresses.
  return { base, route, query: new URLSearchParams(text.replace(/\+/g, "%2B")) };
}

function quoted(text: string): string {
  return /^[\w.,:/@-]+$/.test(text) ? text : `'${text.replace(/'/g, SHELL_QUOTE)}'`;
}
