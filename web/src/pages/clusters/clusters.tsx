/** Clusters: the whole fleet from its registry, the silent ones too. */

import { useMemo } from "react";
import { addressOf } from "../../api/client";
import { useAsked, useClusters } from "../../api/hooks";
import { ALLOCATIONS } from "../../api/questions";
import type { Allocations, Cluster, Clusters as ClustersAnswer } from "../../api/schema";
import { Title } from "../../frame/page";
import { Go } from "../../go";
import { show } from "../../location";
import { StateShape } from "../../marks/state";
import { Outcome } from "../../states/outcome";
import { EmptyFleet, Loading } from "../../states/screens";
import { Table } from "../../table/table";
import type { View } from "../../url";
import { capital, stateOf } from "../../words/states";
import { whenOf } from "../../words/window";
import { clusterColumns } from "./columns";

const MONTH = { window: "30d", aggregate: "cluster", step: "all", idle: "share" };

export function Clusters({ view }: { view: View }) {
  const asked = useClusters();
  const under = asked.data ? `As of ${whenOf(asked.data.as_of, asked.data.as_of)}` : " ";
  return (
    <>
      <Title under={under}>Clusters of the fleet</Title>
      <Outcome asked={asked} view={view} waiting={<Loading chart={false} rows={12} />}>
        {(answer) => <Fleet answer={answer} view={view} />}
      </Outcome>
    </>
  );
}

function Fleet({ answer, view }: { answer: ClustersAnswer; view: View }) {
  const { clusters, as_of } = answer;
  const month = useAsked<Allocations>(addressOf(ALLOCATIONS, MONTH)).data;
  const columns = useMemo(() => clusterColumns(clusters, as_of, month), [clusters, as_of, month]);
  if (clusters.length === 0) return <EmptyFleet />;
  const rows = view.tab ? clusters.filter((cluster) => wordOf(cluster) === view.tab) : clusters;
  return (
    <>
      <StateChips clusters={clusters} view={view} />
      <Table
        label="Clusters"
        columns={columns}
        rows={rows}
        rowId={(cluster) => cluster.cluster}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
        chosen={view.columns}
      />
    </>
  );
}

/** How many clusters are in each state; pressing one shows only those. */
function StateChips({ clusters, view }: { clusters: readonly Cluster[]; view: View }) {
  const counts = new Map<string, number>();
  for (const cluster of clusters) counts.set(wordOf(cluster), (counts.get(wordOf(cluster)) ?? 0) + 1);
  const states = [...counts.keys()].sort();
  return (
    <nav className="chips" aria-label="Show clusters by state">
      <Go to={{ ...view, tab: "" }} className="chip" aria-current={view.tab === "" ? "true" : undefined}>
        All <span className="chip-count number">{clusters.length}</span>
      </Go>
      {states.map((state) => (
        <Go
          key={state}
          to={{ ...view, tab: state }}
          className="chip"
          aria-current={view.tab === state ? "true" : undefined}
        >
          <StateShape state={state} />
          {capital(state)} <span className="chip-count number">{counts.get(state)}</span>
        </Go>
      ))}
    </nav>
  );
}

function wordOf(cluster: Cluster): string {
  return stateOf(cluster.state).word;
}
