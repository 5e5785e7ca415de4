/**
 * The URL is the view: one value for everything a page shows, and its address, back and forth.
 *
 * Parameters carry the names of the HTTP API. Defaults are omitted, so a short address is a default view;
 * parameters this build does not know are kept and reported, never dropped.
 */

export type PageName =
  | "overview"
  | "explore"
  | "clusters"
  | "cluster"
  | "workload"
  | "efficiency"
  | "savings"
  | "showback"
  | "assets"
  | "cloud"
  | "bill"
  | "health"
  | "prices"
  | "statements"
  | "statement"
  | "saved"
  | "help"
  | "not-found";

/** Every parameter of every page, as text; `aggregate` is a list because its order is the row's path. */
export interface Params {
  readonly window: string;
  readonly aggregate: readonly string[];
  /** `auto`, or one of the API's steps. */
  readonly step: string;
  readonly idle: string;
  /** Whether idle belongs to a cluster or to a node. */
  readonly idle_by: string;
  /** How shared idle is divided: `weighted` by cost, or `even`. */
  readonly idle_split: string;
  /** Nodes' own disks and management fees: `separate`, `share` or `hide`. */
  readonly tenancy: string;
  /** Whose cost all others carry: namespaces, and labels as `name:value`; joined by commas. */
  readonly share_namespaces: string;
  readonly share_labels: string;
  /** An overhead a month that all carry. */
  readonly share_cost: string;
  /** How shared costs are divided: `weighted` by cost, or `even`. */
  readonly share_split: string;
  /** The prices of every figure: `billed`, or `list`. */
  readonly basis: string;
  /** Whether what was estimated over silences is in every figure: `include`, or `exclude`. */
  readonly estimated: string;
  /** An ISO code: every figure is converted into it; empty as the server shows them. */
  readonly currency: string;
  readonly filter: string;
  /** A column, `-` in front for descending. */
  readonly sort: string;
  /** Columns to show, comma separated; empty means those that fit and are not all zero. */
  readonly columns: string;
  /** Which of a page's tabs or sub-selections is open. */
  readonly tab: string;
  /** Which kind of cost the chart and the share are of. */
  readonly metric: string;
  /** How the chart draws it. */
  readonly chart: string;
  /** `prev` compares with the window of the same length just before. */
  readonly compare: string;
  /** `hour`, `day` or `month` writes costs as a rate; empty as the sum. */
  readonly rate: string;
  /** How much room savings leave above what is used: the API's profile. */
  readonly profile: string;
  /** The row whose details are open. */
  readonly row: string;
  /** The figure that is explained, as an address of its own. */
  readonly why: string;
}

export interface View extends Params {
  readonly page: PageName;
  /** The variable parts of the path, decoded: a cluster's id, a workload's identity. */
  readonly path: readonly string[];
  /** Parameters no page knows, in the order they came. */
  readonly unknown: readonly (readonly [string, string])[];
}

const COMMON: Params = {
  window: "7d",
  aggregate: ["cluster"],
  step: "auto",
  idle: "separate",
  idle_by: "cluster",
  idle_split: "weighted",
  tenancy: "separate",
  share_namespaces: "",
  share_labels: "",
  share_cost: "",
  share_split: "weighted",
  basis: "billed",
  estimated: "include",
  currency: "",
  filter: "",
  sort: "-total_cost",
  columns: "",
  tab: "",
  metric: "total",
  chart: "bars",
  compare: "",
  rate: "",
  profile: "production",
  row: "",
  why: "",
};

const OWN: Partial<Record<PageName, Partial<Params>>> = {
  clusters: { sort: "cluster" },
  cluster: { aggregate: ["namespace"] },
  workload: { aggregate: ["pod"] },
  efficiency: { sort: "-idle" },
  savings: { window: "14d" },
  showback: { aggregate: ["team"], idle: "share", tenancy: "share" },
  assets: { aggregate: ["type"] },
  cloud: { aggregate: ["provider", "service"], window: "30d" },
  bill: { window: "30d" },
  health: { sort: "cluster" },
  prices: { sort: "cluster" },
  statements: { sort: "" },
  statement: { sort: "" },
  saved: { sort: "title" },
};

const KEYS = Object.keys(COMMON) as (keyof Params)[];

/** The pages that open on the month. */
const OF_THE_MONTH: readonly PageName[] = ["overview", "showback"];

/** Days at a month's beginning of which at most one is over: too little to be read or compared. */
const FIRST_DAYS = 2;

/** What pages of the month open on: the month, in its first days the last seven days instead. */
export function openingWindow(now: Date = new Date()): string {
  return now.getUTCDate() <= FIRST_DAYS ? COMMON.window : "month";
}

/** What a page shows when its address says nothing else. */
export function defaults(page: PageName): Params {
  const opening = OF_THE_MONTH.includes(page) ? { window: openingWindow() } : {};
  return { ...COMMON, ...OWN[page], ...opening };
}

/** A page's default view, with what is given changed. */
export function viewOf(page: PageName, changes: Partial<Omit<View, "page">> = {}): View {
  return { page, path: [], unknown: [], ...defaults(page), ...changes };
}

/** Read a view from a path relative to the app's base (no leading slash) and a query (with or without `?`). */
export function parse(path: string, query: string): View {
  const [page, variables] = pageOf(path.split("/").filter(Boolean).map(decode));
  const known: Partial<Record<keyof Params, string>> = {};
  const unknown: (readonly [string, string])[] = [];
  for (const [key, value] of pairs(query)) {
    if (isKnown(key) && known[key] === undefined) known[key] = value;
    else unknown.push([key, value]);
  }
  const { aggregate, ...texts } = known;
  const list = aggregate === undefined ? undefined : splitList(aggregate);
  return viewOf(page, { path: variables, unknown, ...texts, ...(list ? { aggregate: list } : {}) });
}

/** The address of a view, relative to the app's base. */
export function format(view: View): string {
  const fallback = defaults(view.page);
  const parts: string[] = [];
  for (const key of KEYS) {
    const value = textOf(view[key]);
    if (value !== textOf(fallback[key])) parts.push(`${key}=${encode(value)}`);
  }
  for (const [key, value] of view.unknown) parts.push(`${encode(key)}=${encode(value)}`);
  return pathOf(view) + (parts.length > 0 ? `?${parts.join("&")}` : "");
}

/** Percent-encode a value for a query, leaving readable what needs no encoding there. */
export function encode(value: string): string {
  return encodeURIComponent(value).replace(/%3A/g, ":").replace(/%2C/g, ",").replace(/%2F/g, "/");
}

function pathOf(view: View): string {
  const variables = view.path.map(encodeURIComponent).join("/");
  if (view.page === "overview") return "";
  if (view.page === "cluster") return `clusters/${variables}`;
  if (view.page === "statement") return `statements/${variables}`;
  if (view.page === "workload") return `w/${variables.replace(/%3A/g, ":")}`;
  if (view.page === "not-found") return variables;
  return view.page;
}

const PLAIN: readonly PageName[] = [
  "explore",
  "clusters",
  "efficiency",
  "savings",
  "showback",
  "assets",
  "cloud",
  "bill",
  "health",
  "prices",
  "statements",
  "saved",
  "help",
];

function pageOf(segments: readonly string[]): [PageName, readonly string[]] {
  const [first, ...rest] = segments;
  if (first === undefined) return ["overview", []];
  const plain = PLAIN.find((name) => name === first);
  if (plain && rest.length === 0) return [plain, []];
  if (first === "clusters" && rest.length === 1) return ["cluster", rest];
  if (first === "statements" && rest.length === 2) return ["statement", rest];
  if (first === "w" && rest.length === 3) return ["workload", rest];
  return ["not-found", segments];
}

/** Split a query by hand: a `+` in a typed filter is a plus sign here, not a space. */
function pairs(query: string): (readonly [string, string])[] {
  return query
    .replace(/^\?/, "")
    .split("&")
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isKnown(key: string): key is keyof Params {
  return (KEYS as string[]).includes(key);
}

function splitList(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

function textOf(value: string | readonly string[]): string {
  return typeof value === "string" ? value : value.join(",");
}
