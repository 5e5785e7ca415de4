/** The columns of the fleet: who reports, from where, how far, and why not. */

import type { Allocations, Cluster } from "../../api/schema";
import { isLowerBound } from "../../completeness";
import { Amount, Share } from "../../marks/meter";
import { StateMark } from "../../marks/state";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { viewOf } from "../../url";
import { line } from "../../words/figures";
import { duration } from "../../words/hours";
import { localTime, whenOf } from "../../words/window";

/** What each cluster cost, and how much of that time was observed; empty until the answer is here. */
function monthColumns(month: Allocations | undefined): readonly Column<Cluster>[] {
  const costs = new Map(month?.rows.map((row) => [row.key["cluster"], row.total_cost]));
  const known = new Map(month?.completeness.map((entry) => [entry.cluster, entry]));
  const observed = ({ cluster }: Cluster) => {
    const entry = known.get(cluster);
    return entry && entry.expected_minutes > 0 ? entry.coverage_minutes / entry.expected_minutes : null;
  };
  return [
    {
      id: "observed",
      title: "Observed, 30 d",
      meaning: "How much of the last 30 days was observed, since the cluster was first seen",
      align: "end",
      width: 8.5,
      rank: 3,
      value: observed,
      cell: (row) => <Share part={observed(row)} />,
    },
    {
      id: "cost",
      title: "Cost, 30 days",
      meaning: "Of the last 30 days, idle included",
      align: "end",
      width: 7,
      rank: 0,
      value: (row) => costs.get(row.cluster) ?? null,
      cell: (row) => {
        const cost = costs.get(row.cluster);
        const entry = known.get(row.cluster);
        if (cost === undefined) return <span className="muted">–</span>;
        return (
          <Amount
            value={cost}
            currency={month?.currency ?? ""}
            atLeast={entry !== undefined && isLowerBound([entry])}
          />
        );
      },
    },
  ];
}

export function clusterColumns(
  clusters: readonly Cluster[],
  asOf: string,
  month: Allocations | undefined,
): readonly Column<Cluster>[] {
  const without = (field: keyof Cluster) =>
    clusters.every((cluster) => cluster[field] === undefined || cluster[field] === null);
  return [
    {
      id: "cluster",
      title: "Cluster",
      rank: 0,
      value: (row) => row.cluster,
      cell: (row) => <PathName parts={[row.cluster]} to={viewOf("cluster", { path: [row.cluster] })} />,
    },
    {
      id: "state",
      title: "State",
      meaning: "What is known of the cluster now",
      width: 8,
      rank: 0,
      value: (row) => row.state,
      cell: (row) => <StateMark state={row.state} detail={row.cause} />,
    },
    {
      id: "last",
      title: "Data to",
      meaning: "The end of the newest window that was read; UTC",
      align: "end",
      width: 9,
      rank: 1,
      value: (row) => row.last,
      cell: (row) => <When instant={row.last} asOf={asOf} />,
    },
    {
      id: "lag",
      title: "Behind",
      meaning: "Time from the end of the newest window to now",
      align: "end",
      width: 6.5,
      rank: 4,
      value: (row) => (row.last === null ? null : lagOf(row.last, asOf)),
      cell: (row) => (
        <span className="number">{row.last === null ? "–" : duration(lagOf(row.last, asOf))}</span>
      ),
    },
    ...monthColumns(month),
    {
      id: "last_uploaded",
      title: "Last upload",
      meaning: "When the cluster's agent last wrote to the bucket; UTC",
      align: "end",
      width: 9,
      rank: 8,
      idle: without("last_uploaded"),
      value: (row) => row.last_uploaded,
      cell: (row) => <When instant={row.last_uploaded} asOf={asOf} />,
    },
    {
      id: "first",
      title: "First seen",
      align: "end",
      width: 9,
      rank: 8,
      value: (row) => row.first,
      cell: (row) => <When instant={row.first} asOf={asOf} day />,
    },
    text(
      "provider",
      "Provider",
      10.5,
      4,
      without("provider"),
      (row) => line(row.provider ?? "", row.region ?? "") || null,
    ),
    {
      id: "nodes",
      title: "Nodes",
      align: "end",
      width: 5,
      rank: 7,
      idle: without("nodes"),
      value: (row) => row.nodes ?? null,
      cell: (row) => <span className="number">{row.nodes ?? "–"}</span>,
    },
    text("agent_version", "Agent", 5.5, 7, without("agent_version"), (row) => row.agent_version ?? null),
    text("cause", "Cause", 14, 3, without("cause"), (row) => row.cause),
  ];
}

function text(
  id: string,
  title: string,
  width: number,
  rank: number,
  idle: boolean,
  value: (row: Cluster) => string | null,
): Column<Cluster> {
  return {
    id,
    title,
    width,
    rank,
    idle,
    value,
    cell: (row) => (
      <span className="cut" title={value(row) ?? undefined}>
        {value(row) ?? "–"}
      </span>
    ),
  };
}

function When({ instant, asOf, day = false }: { instant: string | null; asOf: string; day?: boolean }) {
  if (instant === null) return <span className="muted">never</span>;
  const words = day ? instant.slice(0, 10) : whenOf(instant, asOf).replace(" UTC", "");
  return (
    <time className="number" dateTime={instant} title={`${instant} · ${localTime(instant)}`}>
      {words}
    </time>
  );
}

function lagOf(instant: string, asOf: string): number {
  return Math.max(0, (Date.parse(asOf) - Date.parse(instant)) / 60_000);
}
