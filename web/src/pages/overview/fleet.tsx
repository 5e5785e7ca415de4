/** The fleet's clusters with their costs; those without a cost in the window are there too, with their state. */

import { useMemo } from "react";
import type { AllocationRow, Allocations, Cluster, Clusters } from "../../api/schema";
import { isUnfinished } from "../../completeness";
import { clausesOf, equal, filterOf } from "../../filter";
import { Go } from "../../go";
import { show } from "../../location";
import { Delta } from "../../marks/delta";
import { Amount, Efficiency } from "../../marks/meter";
import { Spark } from "../../marks/spark";
import { StateMark } from "../../marks/state";
import { pageOf } from "../../question";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { Table } from "../../table/table";
import { type View, viewOf } from "../../url";
import { figureOf } from "../../why/figure";
import { isIdle } from "../../words/names";
import { percent, shareOf } from "../../words/percent";
import { whenOf } from "../../words/window";
import { changesOf, costIn, costsByCluster } from "./figures";

const TOP = 10;

interface FleetProps {
  answer: Allocations;
  clusters: Clusters | undefined;
  query: View;
  view: View;
}

interface FleetRow {
  readonly cluster: string;
  readonly registered: Cluster | undefined;
  readonly row: AllocationRow | undefined;
  /** Idle included, as on the cluster's own page; null where there is nothing. */
  readonly cost: number | null;
  readonly idle: number;
  readonly now: number | null;
  readonly before: number | null;
}

export function FleetTable({ answer, clusters, query, view }: FleetProps) {
  const rows = useMemo(() => rowsOf(answer, clusters), [answer, clusters]);
  const columns = useMemo(() => columnsOf(answer, rows, view, query), [answer, rows, view, query]);
  const shown = rows.slice(0, TOP);
  return (
    <section className="stack" aria-labelledby="fleet">
      <div className="section-head">
        <h2 id="fleet">Clusters</h2>
        <p>
          <Go to={viewOf("clusters")}>All {rows.length} clusters</Go> · <Go to={query}>In Explore</Go>
        </p>
      </div>
      <Table
        label="Clusters by cost, idle included"
        columns={columns}
        rows={shown}
        rowId={(row) => row.cluster}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
      />
    </section>
  );
}

function rowsOf(answer: Allocations, clusters: Clusters | undefined): readonly FleetRow[] {
  const own = new Map(answer.rows.filter((row) => !isIdle(row.name)).map((row) => [row.name, row]));
  const costs = costsByCluster(answer.rows);
  const idle = costsByCluster(answer.rows.filter((row) => isIdle(row.name)));
  const changes = new Map(changesOf(answer).map((change) => [change.cluster, change]));
  const registry = new Map(
    clusters?.clusters.filter(({ state }) => state !== "retired").map((entry) => [entry.cluster, entry]),
  );
  return [...new Set([...costs.keys(), ...registry.keys()])]
    .map((cluster) => ({
      cluster,
      registered: registry.get(cluster),
      row: own.get(cluster),
      cost: costs.get(cluster) ?? null,
      idle: idle.get(cluster) ?? 0,
      now: changes.get(cluster)?.now ?? null,
      before: changes.get(cluster)?.before ?? null,
    }))
    .sort((one, other) => (other.cost ?? -1) - (one.cost ?? -1));
}

/** All of one cluster's cost, its idle included, as a figure. */
function ofCluster(answer: Allocations, query: View, cluster: string): View | null {
  const filter = filterOf([...clausesOf(answer.question.filter), equal("cluster", cluster)]);
  return figureOf({ ...answer, question: { ...answer.question, filter } }, query, null, "total_cost");
}

function columnsOf(
  answer: Allocations,
  rows: readonly FleetRow[],
  view: View,
  query: View,
): readonly Column<FleetRow>[] {
  const { currency, as_of } = answer;
  return [
    {
      id: "cluster",
      title: "Cluster",
      rank: 0,
      value: (row) => row.cluster,
      cell: (row) => (
        <PathName parts={[row.cluster]} to={pageOf(view, "cluster", { path: [row.cluster], filter: "" })} />
      ),
    },
    {
      id: "state",
      title: "State",
      width: 8.5,
      rank: 2,
      value: (row) => row.registered?.state ?? null,
      cell: ({ registered }) =>
        registered ? <StateMark state={registered.state} detail={registered.cause} /> : null,
    },
    {
      id: "last",
      title: "Data to",
      meaning: "UTC",
      align: "end",
      width: 9,
      rank: 5,
      value: (row) => row.registered?.last ?? null,
      cell: ({ registered }) => (
        <span className="number">
          {registered?.last ? whenOf(registered.last, as_of).replace(" UTC", "") : "–"}
        </span>
      ),
    },
    {
      id: "course",
      title: "Per day",
      width: 8,
      rank: 4,
      cell: (row) => <Course answer={answer} name={row.cluster} />,
    },
    {
      id: "total_efficiency",
      title: "Efficiency",
      align: "end",
      width: 6,
      rank: 3,
      value: (row) => row.row?.total_efficiency ?? null,
      cell: (row) => <Efficiency value={row.row?.total_efficiency ?? null} />,
    },
    {
      id: "idle",
      title: "Idle",
      meaning: "Part of the cost that no workload was allocated",
      align: "end",
      width: 5.5,
      rank: 3,
      value: (row) => shareOf(row.idle, row.cost ?? 0),
      cell: (row) => <span className="number">{percent(shareOf(row.idle, row.cost ?? 0))}</span>,
    },
    {
      id: "change",
      title: "Change",
      meaning: "Of the days that both windows observed, at one price basis",
      align: "end",
      width: 10,
      rank: 3,
      idle: rows.every((row) => row.before === null),
      value: (row) => (row.now === null || row.before === null ? null : row.now - row.before),
      cell: (row) => <Delta now={row.now ?? 0} before={row.before} currency={currency} />,
    },
    {
      id: "total_cost",
      title: "Cost",
      meaning: "In this window, idle included",
      align: "end",
      width: 8,
      rank: 0,
      value: (row) => row.cost,
      cell: ({ cluster, cost }) =>
        cost === null ? (
          <span className="muted">no data</span>
        ) : (
          <Amount value={cost} currency={currency} why={ofCluster(answer, query, cluster)} />
        ),
    },
  ];
}

function Course({ answer, name }: { answer: Allocations; name: string }) {
  const past = answer.series.filter((bucket) => Date.parse(bucket.window.start) <= Date.parse(answer.as_of));
  const values = past.map((bucket) => costIn(bucket, name));
  const last = past.at(-1);
  return (
    <Spark
      values={values}
      unfinished={last !== undefined && isUnfinished(last, answer.as_of)}
      label={`${name} per day`}
    />
  );
}
