/** What a cluster's money buys: its assets by type. */

import type { ReactNode } from "react";
import type { Asked } from "../../api/hooks";
import type { Assets } from "../../api/schema";
import { Go } from "../../go";
import { type Cell, List } from "../../marks/list";
import { Amount, Share } from "../../marks/meter";
import { pageOf } from "../../question";
import { Panel } from "../../states/panel";
import type { View } from "../../url";
import { assetTypeWords } from "../../words/names";
import { shareOf } from "../../words/percent";

interface Part {
  readonly id: string;
  readonly name: ReactNode;
  readonly cost: number;
  /** Of all assets; of the sum nothing. */
  readonly share: number | null;
}

export function AssetSplit({ asked, query }: { asked: Asked<Assets>; query: View }) {
  return (
    <Panel title="Assets" asked={asked}>
      {({ rows, totals: { total_cost }, currency }) => (
        <List
          cells={cellsOf(currency)}
          rows={[
            ...rows.map((row) => ({
              id: row.name,
              name: assetTypeWords(row.key["type"] ?? row.name),
              cost: row.total_cost,
              share: shareOf(row.total_cost, total_cost),
            })),
            { id: "", name: <All query={query} />, cost: total_cost, share: null },
          ]}
          rowId={({ id }) => id}
          rowClass={({ id }) => (id === "" ? "list-total" : undefined)}
          plain
        />
      )}
    </Panel>
  );
}

function All({ query }: { query: View }) {
  return (
    <Go to={pageOf(query, "assets")} className="quiet-link">
      All assets
    </Go>
  );
}

function cellsOf(currency: string): readonly Cell<Part>[] {
  return [
    { title: "Type", cell: ({ name }) => name },
    {
      title: "Share",
      className: "list-share",
      cell: ({ id, share }) => (id === "" ? null : <Share part={share} />),
    },
    { title: "Cost", align: "end", cell: ({ cost }) => <Amount value={cost} currency={currency} /> },
  ];
}
