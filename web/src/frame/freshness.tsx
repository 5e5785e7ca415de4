/** The chip on every page that says how much of the fleet stands behind its numbers, and until when. */

import { useClusters } from "../api/hooks";
import { ProblemError } from "../api/problem";
import type { Clusters } from "../api/schema";
import { Go } from "../go";
import { StateShape } from "../marks/state";
import { viewOf } from "../url";
import { isCurrent } from "../words/states";
import { localTime, whenOf } from "../words/window";

export interface Freshness {
  readonly current: number;
  readonly all: number;
  /** Every cluster that is current has data to here; null where none is. */
  readonly dataTo: string | null;
}

/** How many clusters of the fleet are up to date. Retired clusters are history, not fleet. */
export function freshnessOf({ clusters }: Clusters): Freshness {
  const fleet = clusters.filter((cluster) => cluster.state !== "retired");
  const current = fleet.filter((cluster) => isCurrent(cluster.state));
  const ends = current.flatMap((cluster) => (cluster.last === null ? [] : [cluster.last]));
  const dataTo = ends.reduce<string | null>(
    (least, end) => (least === null || end < least ? end : least),
    null,
  );
  return { current: current.length, all: fleet.length, dataTo };
}

export function FreshnessChip() {
  const { data, error } = useClusters();
  if (error && !data) return <Chip state="missing" text={wordsOf(error)} />;
  if (!data) return <span className="chip chip-waiting">…</span>;
  const { current, all, dataTo } = freshnessOf(data);
  if (all === 0) return <Chip state="before first seen" text="no cluster yet" />;
  const until = dataTo === null ? null : whenOf(dataTo, data.as_of);
  return (
    <Chip
      state={current === all ? "complete" : "partial"}
      text={`${current} of ${all} clusters`}
      brief={`${current} of ${all}`}
      {...(until ? { until: `data to ${until}`, short: until.replace(" UTC", "") } : {})}
      {...(dataTo ? { title: localTime(dataTo) } : {})}
    />
  );
}

interface ChipProps {
  state: string;
  text: string;
  /** What is seen of it where there is no room. */
  brief?: string;
  until?: string;
  short?: string;
  title?: string;
}

function Chip({ state, text, brief, until, short, title }: ChipProps) {
  return (
    <Go to={viewOf("health")} className="chip" title={title}>
      <StateShape state={state} />
      <span className="number chip-text" data-brief={brief ?? text}>
        {text}
      </span>
      {until ? (
        <span className="number chip-until" data-short={short}>
          {until}
        </span>
      ) : null}
    </Go>
  );
}

function wordsOf(error: Error): string {
  if (!(error instanceof ProblemError)) return "fleet unknown";
  if (error.kind === "not allowed") return "fleet not visible";
  const { progress } = error.problem;
  return progress ? `starting, ${progress.done} of ${progress.total}` : "fleet unknown";
}
