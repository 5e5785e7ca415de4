/**
 * What stands behind a number: which clusters are short of data, and why.
 *
 * The unfinished present is not a shortage: a cluster whose every finished minute was observed is complete so far.
 */

import type { Bucket, Completeness } from "./api/schema";

export interface Shortage {
  readonly cluster: string;
  readonly state: string;
  /** Part of the expected minutes that was observed, 0 to 1; null where nothing was expected. */
  readonly coverage: number | null;
  readonly causes: readonly string[];
}

/** The clusters whose missing data make a total a lower bound, worst covered first. */
export function shortages(completeness: readonly Completeness[]): readonly Shortage[] {
  return completeness
    .filter(isShort)
    .map((entry) => ({
      cluster: entry.cluster,
      state: entry.state,
      coverage: entry.expected_minutes > 0 ? entry.coverage_minutes / entry.expected_minutes : null,
      causes: entry.causes,
    }))
    .sort((one, other) => (one.coverage ?? 0) - (other.coverage ?? 0));
}

/** Whether a total over these clusters is a lower bound. */
export function isLowerBound(completeness: readonly Completeness[]): boolean {
  return completeness.some(isShort);
}

/** The reason in one sentence: `2 of 13 clusters are incomplete: dev-1 (late, 71% observed) and …`. */
export function reasonOf(completeness: readonly Completeness[]): string {
  const short = shortages(completeness);
  const [only] = short;
  if (only === undefined) return "";
  if (completeness.length === 1) return `${describe(only)} is incomplete`;
  const named = short.slice(0, 3).map(describe);
  const rest = short.length - named.length;
  const list = rest > 0 ? [...named, `${rest} more`] : named;
  const verb = short.length === 1 ? "is" : "are";
  return `${short.length} of ${completeness.length} clusters ${verb} incomplete: ${join(list)}`;
}

/** Whether every cluster asked about was unknown for the whole window. */
export function isBeforeAll(completeness: readonly Completeness[]): boolean {
  return completeness.length > 0 && completeness.every((entry) => onlyBefore(entry));
}

/** Whether a step of the series is still running at the time of the answer. */
export function isUnfinished(bucket: Bucket, asOf: string): boolean {
  return (
    Date.parse(bucket.window.end) > Date.parse(asOf) && Date.parse(bucket.window.start) <= Date.parse(asOf)
  );
}

/** Join words: `a, b and c`. */
export function join(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function describe(shortage: Shortage): string {
  const seen = shortage.coverage === null ? "" : `, ${floorPercent(shortage.coverage)} observed`;
  return `${shortage.cluster} (${shortage.state}${seen})`;
}

/** Rounded down: 99.9 % observed must not read 100 %. */
function floorPercent(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`;
}

function isShort(entry: Completeness): boolean {
  if (onlyBefore(entry)) return false;
  const lacking = ["late", "missing", "damaged", "refused"].some((state) => (entry.windows[state] ?? 0) > 0);
  return lacking || entry.coverage_minutes < entry.expected_minutes;
}

/** All windows lie before the first set; the entry's own state may be the cluster's of today. */
function onlyBefore(entry: Completeness): boolean {
  const states = Object.keys(entry.windows).filter((state) => (entry.windows[state] ?? 0) > 0);
  if (states.length === 0) return entry.state === "before first seen";
  return states.every((state) => state === "before first seen");
}
