/** The workload of the same name in other clusters, side by side. */

import { useAllocations } from "../../api/hooks";
import type { AllocationRow } from "../../api/schema";
import { fieldsOf } from "../../drill";
import { equal, filterOf } from "../../filter";
import { Go } from "../../go";
import { type Cell, List } from "../../marks/list";
import { Amount, Efficiency } from "../../marks/meter";
import { questionOf } from "../../question";
import { Panel } from "../../states/panel";
import type { View } from "../../url";

export function Neighbours({ view }: { view: View }) {
  const [cluster = "", namespace = "", controller = ""] = view.path;
  const own = fieldsOf("controller", controller).map(([field, value]) => equal(field, value));
  const filter = filterOf([equal("namespace", namespace), ...own]);
  const query = questionOf(view, { step: "all", aggregate: ["cluster"], idle: "hide", filter });
  const asked = useAllocations(query);
  return (
    <Panel title="In every cluster" asked={asked}>
      {({ rows, currency }) => (
        <List
          cells={cellsOf(view, currency)}
          rows={rows}
          rowId={(row) => row.name}
          rowClass={(row) => (nameOf(row) === cluster ? "list-here" : undefined)}
        />
      )}
    </Panel>
  );
}

function cellsOf(view: View, currency: string): readonly Cell<AllocationRow>[] {
  const [cluster, ...workload] = view.path;
  const link = (name: string) => (
    <Go
      to={{ ...view, path: [name, ...workload] }}
      className="quiet-link"
      aria-current={name === cluster ? "page" : undefined}
    >
      {name}
    </Go>
  );
  return [
    { title: "Cluster", cell: (row) => link(nameOf(row)) },
    { title: "Efficiency", align: "end", cell: (row) => <Efficiency value={row.total_efficiency} /> },
    { title: "Cost", align: "end", cell: (row) => <Amount value={row.total_cost} currency={currency} /> },
  ];
}

function nameOf(row: AllocationRow): string {
  return row.key["cluster"] ?? row.name;
}
