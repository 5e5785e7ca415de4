/** Rows' names in words. */

const RESERVED: Readonly<Record<string, string>> = {
  __idle__: "Idle",
  __tenancy__: "Nodes’ own disks and fees",
  __shared__: "Shared, with nobody to carry it",
  __unallocated__: "Unallocated",
  __unmounted__: "Unmounted volumes",
  __undefined__: "Undefined",
  __other__: "Other",
  "": "(none)",
};

const MEANINGS: Readonly<Record<string, string>> = {
  __idle__: "Paid for and not allocated to any workload",
  __tenancy__: "What the cluster itself costs, whatever runs on it",
  __shared__: "Costs to share in windows in which nothing ran that could carry them",
  __unallocated__: "Workloads without a value for this grouping",
  __unmounted__: "Volumes that no running pod uses",
};

/** One part of a path, with the reserved names spelled out. */
export function partWords(part: string): string {
  return RESERVED[part] ?? part;
}

/** What a reserved name means; undefined for a name that somebody gave. */
export function partMeaning(part: string): string | undefined {
  return MEANINGS[part];
}

export function isReserved(part: string): boolean {
  return part in RESERVED;
}

/** Whether a row is cost that nobody was allocated. */
export function isIdle(name: string): boolean {
  return name === "__idle__" || name.endsWith("/__idle__");
}

const APART = ["__idle__", "__tenancy__", "__shared__"];

/** The reserved word of a row that stands beside the groups; null for a group. */
export function apartOf(name: string): string | null {
  return APART.find((word) => name === word || name.endsWith(`/${word}`)) ?? null;
}

/** One part of a path under its group-by key: asset types have words of their own. */
export function wordsFor(field: string, part: string): string {
  return field === "type" ? assetTypeWords(part) : partWords(part);
}

/** A row's parts in the order of the grouping; the name itself where the key does not tell. */
export function partsOf(
  row: { name: string; key: Readonly<Record<string, string>> },
  by: readonly string[],
): string[] {
  const parts = by.flatMap((field) => (row.key[field] === undefined ? [] : [row.key[field]]));
  const apart = apartOf(row.name);
  if (apart) return [...parts.filter((part) => part !== apart), apart];
  return parts.length === by.length ? parts : [row.name];
}

const SINGULAR: Readonly<Record<string, string>> = {
  controllerKind: "controller kind",
  assetType: "type",
  providerID: "provider id",
  nodeType: "node type",
  node_type: "node type",
};

/** A group-by key in words: `label team`, `controller kind`. */
export function keyWords(field: string): string {
  const map = /^(label|annotation):(.+)$/.exec(field);
  return map ? `${map[1]} ${map[2]}` : (SINGULAR[field] ?? field);
}

const ASSET_TYPES: Readonly<Record<string, string>> = {
  Node: "Nodes",
  Disk: "Disks",
  LoadBalancer: "Load balancers",
  ClusterManagement: "Cluster fees",
  Network: "Network",
  Cloud: "Other cloud costs",
  Shared: "Shared",
};

/** An asset's type in words. */
export function assetTypeWords(type: string): string {
  return ASSET_TYPES[type] ?? partWords(type);
}
