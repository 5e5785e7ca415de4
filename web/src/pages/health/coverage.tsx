/** Per cluster: how much of the window was observed, how far the data go, and the last error. */

import { useMemo } from "react";
import type { Cluster, Clusters, HealthWindows } from "../../api/schema";
import { observedOf } from "../../health/window";
import { show } from "../../location";
import { Share } from "../../marks/meter";
import { StateMark } from "../../marks/state";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { Table } from "../../table/table";
import { type View, viewOf } from "../../url";
import { duration } from "../../words/hours";
import { localTime, whenOf } from "../../words/window";

interface CoverageProps {
  clusters: HealthWindows["clusters"];
  registry: Clusters | undefined;
  asOf: string;
  view: View;
}

interface CoverageRow {
  readonly cluster: string;
  readonly entry: Cluster | undefined;
  readonly observed: number | null;
}

export function Coverage({ clusters, registry, asOf, view }: CoverageProps) {
  const rows = useMemo<readonly CoverageRow[]>(() => {
    const known = new Map(registry?.clusters.map((entry) => [entry.cluster, entry]));
    return clusters.map(({ cluster, cells }) => ({
      cluster,
      entry: known.get(cluster),
      observed: observedOf(cells, asOf),
    }));
  }, [clusters, registry, asOf]);
  const columns = useMemo(() => columnsOf(asOf), [asOf]);
  return (
    <section className="stack" aria-labelledby="coverage">
      <div className="section-head">
        <h2 id="coverage">Clusters</h2>
      </div>
      <Table
        label="How far each cluster's data go"
        columns={columns}
        rows={rows}
        rowId={(row) => row.cluster}
        sort={view.sort}
        onSort={(next) => show({ ...view, sort: next })}
      />
    </section>
  );
}

function columnsOf(asOf: string): readonly Column<CoverageRow>[] {
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
      width: 8.5,
      rank: 0,
      value: (row) => row.entry?.state ?? null,
      cell: ({ entry }) => (entry ? <StateMark state={entry.state} detail={entry.cause} /> : "–"),
    },
    {
      id: "observed",
      title: "Observed",
      meaning: "Minutes observed of the minutes that are over",
      align: "end",
      width: 10,
      rank: 1,
      value: (row) => row.observed,
      cell: (row) => <Share part={row.observed === null ? null : Math.floor(row.observed * 1000) / 1000} />,
    },
    instant("last", "Data to", 9, 2, asOf, (row) => row.entry?.last),
    {
      id: "behind",
      title: "Behind",
      align: "end",
      width: 6.5,
      rank: 3,
      value: (row) => behindOf(row, asOf),
      cell: (row) => {
        const minutes = behindOf(row, asOf);
        return <span className="number">{minutes === null ? "–" : duration(minutes)}</span>;
      },
    },
    instant("last_uploaded", "Last upload", 9, 4, asOf, (row) => row.entry?.last_uploaded),
    instant("last_ingested", "Last ingested", 9, 5, asOf, (row) => row.entry?.last_ingested),
  ];
}

function instant(
  id: string,
  title: string,
  width: number,
  rank: number,
  asOf: string,
  value: (row: CoverageRow) => string | null | undefined,
): Column<CoverageRow> {
  return {
    id,
    title,
    width,
    rank,
    align: "end",
    value: (row) => value(row) ?? null,
    cell: (row) => {
      const at = value(row);
      if (!at) return "–";
      return (
        <time className="number" dateTime={at} title={localTime(at)}>
          {whenOf(at, asOf).replace(" UTC", "")}
        </time>
      );
    },
  };
}

function behindOf(row: CoverageRow, asOf: string): number | null {
  const last = row.entry?.last;
  return last ? Math.max(0, (Date.parse(asOf) - Date.parse(last)) / 60_000) : null;
}
