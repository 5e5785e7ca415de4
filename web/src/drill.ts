/**
 * The way down: cluster, namespace, controller, pod, container.
 *
 * A step down adds the row to the filter and groups by the next level, so a row's identity stays its whole path.
 */

import { type Clause, clausesOf, filterOf, narrowed, pinnedBy } from "./filter";
import type { View } from "./url";

export const LEVELS = ["cluster", "namespace", "controller", "pod", "container"] as const;
export type Level = (typeof LEVELS)[number];

export type Key = Readonly<Record<string, string>>;

/** The view one level below a row, or null where there is nothing below. */
export function below(view: View, key: Key): View | null {
  let filter = view.filter;
  for (const field of view.aggregate) {
    const value = key[field];
    if (value === undefined) return null;
    for (const [name, part] of fieldsOf(field, value)) filter = narrowed(filter, name, part);
  }
  const next = nextLevel(filter);
  if (next === null || filter === view.filter) return null;
  return { ...view, filter, aggregate: [next], sort: "-total_cost" };
}

/** One crumb of the path: its words, and the views on it and without it. */
export interface Crumb {
  readonly field: string;
  readonly value: string;
  /** The view as it was when this crumb was the last. */
  readonly here: View;
  /** The view with only this crumb taken away. */
  readonly removed: View;
}

/** The filter as crumbs, in the order of its clauses. */
export function crumbsOf(view: View): readonly Crumb[] {
  const crumbs: Crumb[] = [];
  const clauses = clausesOf(view.filter);
  for (let at = 0; at < clauses.length; at += 1) {
    const clause = clauses[at];
    if (!clause) continue;
    const width = isControllerPair(clause, clauses[at + 1]) ? 2 : 1;
    const kept = clauses.slice(0, at + width);
    const rest = clauses.filter((_, index) => index < at || index >= at + width);
    const { field, value } = wordsOf(kept.slice(at));
    const below = width === 1 && at === clauses.length - 1 ? view : regrouped(view, filterOf(kept));
    crumbs.push({ field, value, here: below, removed: regrouped(view, filterOf(rest)) });
    at += width - 1;
  }
  return crumbs;
}

/** The view one level up: without its last crumb. */
export function above(view: View): View | null {
  return crumbsOf(view).at(-1)?.removed ?? null;
}

/** A row's identity: what the filter pins, then its own key. The same path has the same colour on every page. */
export function identityOf(view: Pick<View, "filter">, key: Key): string {
  const pinned = pinnedBy(view.filter);
  const fixed = LEVELS.flatMap((level) => {
    const value = key[level] ?? pinnedLevel(pinned, level);
    return value === undefined ? [] : [value];
  });
  const others = Object.entries(key).filter(([field]) => !(LEVELS as readonly string[]).includes(field));
  return [...fixed, ...others.map(([field, value]) => `${field}=${value}`)].join("/");
}

/** The filter's fields for one group-by key; a controller's value holds its kind as well. */
export function fieldsOf(aggregate: string, value: string): readonly (readonly [string, string])[] {
  const map = /^(label|annotation):(.+)$/.exec(aggregate);
  if (map) return [[`${map[1]}[${map[2]}]`, value]];
  if (aggregate === "service") return [["services", value]];
  if (aggregate !== "controller") return [[aggregate, value]];
  const at = value.indexOf(":");
  if (at < 0) return [["controllerName", value]];
  return [
    ["controllerKind", value.slice(0, at)],
    ["controllerName", value.slice(at + 1)],
  ];
}

function nextLevel(filter: string): Level | null {
  const pinned = pinnedBy(filter);
  const deepest = LEVELS.findLastIndex((level) => pinnedLevel(pinned, level) !== undefined);
  return LEVELS.find((_, index) => index > deepest) ?? null;
}

function pinnedLevel(pinned: ReadonlyMap<string, string>, level: Level): string | undefined {
  if (level !== "controller") return pinned.get(level);
  const name = pinned.get("controllerName") ?? pinned.get("controller");
  const kind = pinned.get("controllerKind");
  return name !== undefined && kind !== undefined ? `${kind}:${name}` : name;
}

function regrouped(view: View, filter: string): View {
  const next = nextLevel(filter);
  return { ...view, filter, aggregate: next === null ? ["container"] : [next], sort: "-total_cost" };
}

function isControllerPair(clause: Clause, following: Clause | undefined): boolean {
  return clause.field === "controllerKind" && following?.field === "controllerName";
}

function wordsOf(clauses: readonly Clause[]): { field: string; value: string } {
  const [first, second] = clauses;
  if (!first) return { field: "", value: "" };
  if (second) return { field: "controller", value: `${first.values.join(", ")}:${second.values.join(", ")}` };
  if (!first.field) return { field: "", value: first.text };
  const operator = first.operator === ":" ? "" : `${first.operator.replace(/:$/, "")} `;
  return { field: first.field, value: operator + first.values.join(", ") };
}
