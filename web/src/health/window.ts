/** Which windows a data-health page shows: hours up to a week, days beyond. */

import type { HealthCell } from "../api/schema";
import { lengthInHours } from "../words/window";

const WEEK_HOURS = 168;
const ARRIVAL_MS = 30 * 60_000;

export function resolutionOf(window: string): "1h" | "1d" {
  const hours = lengthInHours(window);
  return hours !== null && hours <= WEEK_HOURS ? "1h" : "1d";
}

/** Neighbouring windows of one cluster in the same state for the same cause. */
export interface Trouble {
  readonly cluster: string;
  readonly start: string;
  readonly end: string;
  readonly state: string;
  readonly cause: string | null;
  readonly path: string | null;
  readonly windows: number;
  /** It reaches to the present. */
  readonly open: boolean;
}

/** Everything that is not complete and should be, newest first; the running window is not a trouble. */
export function troublesOf(
  clusters: readonly { cluster: string; cells: readonly HealthCell[] }[],
  asOf: string,
): readonly Trouble[] {
  const troubles = clusters.flatMap(({ cluster, cells }) =>
    runsOf(
      cluster,
      cells.filter((cell) => isTrouble(cell, asOf)),
    ),
  );
  const marked = troubles.map((trouble) => ({
    ...trouble,
    open: Date.parse(trouble.end) >= Date.parse(asOf),
  }));
  return marked.sort(
    (one, other) => other.end.localeCompare(one.end) || one.cluster.localeCompare(other.cluster),
  );
}

/** What part of the minutes that are over was observed; null where none was expected. */
export function observedOf(cells: readonly HealthCell[], asOf: string): number | null {
  const over = cells.filter(
    (cell) => cell.state !== "before first seen" && Date.parse(cell.window.start) < Date.parse(asOf),
  );
  const expected = over.reduce((all, cell) => all + minutesOver(cell, asOf), 0);
  const observed = over.reduce(
    (all, cell) => all + Math.min(cell.coverage_minutes ?? 0, minutesOver(cell, asOf)),
    0,
  );
  return expected > 0 ? observed / expected : null;
}

/** A window's minutes that have passed. */
export function minutesOver(cell: HealthCell, asOf: string): number {
  const end = Math.min(Date.parse(cell.window.end), Date.parse(asOf));
  return Math.max(0, (end - Date.parse(cell.window.start)) / 60_000);
}

function isTrouble(cell: HealthCell, asOf: string): boolean {
  if (cell.state === "complete" || cell.state === "estimated" || cell.state === "before first seen")
    return false;
  // What has just ended is on its way: agents wait for late samples.
  const recent = cell.state === "partial" && Date.parse(cell.window.end) + ARRIVAL_MS > Date.parse(asOf);
  return !(recent && isObserved(cell, asOf));
}

/** Whether every minute up to the last upload was observed, and that was not long ago: agents upload now and then. */
export function isObserved(cell: HealthCell, asOf: string): boolean {
  const written = cell.written_at ?? asOf;
  if (Date.parse(asOf) - Date.parse(written) > ARRIVAL_MS) return false;
  const until = written < asOf ? written : asOf;
  return (cell.coverage_minutes ?? 0) >= Math.floor(minutesOver(cell, until)) - 1;
}

function runsOf(cluster: string, cells: readonly HealthCell[]): Trouble[] {
  const runs: Trouble[] = [];
  for (const { window, state, cause, path } of cells) {
    const last = runs.at(-1);
    if (last && last.end === window.start && last.state === state && last.cause === cause) {
      runs[runs.length - 1] = { ...last, end: window.end, windows: last.windows + 1 };
    } else {
      runs.push({
        cluster,
        start: window.start,
        end: window.end,
        state,
        cause,
        path,
        windows: 1,
        open: false,
      });
    }
  }
  return runs;
}
