/** A cluster's nodes: what they are and what they cost. */

import { useMemo } from "react";
import { useAssets } from "../../api/hooks";
import type { AssetRow } from "../../api/schema";
import { equal, filterOf } from "../../filter";
import { Go } from "../../go";
import { Amount } from "../../marks/meter";
import { questionOf } from "../../question";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { SideTable } from "../../table/side";
import type { View } from "../../url";

export function Nodes({ query }: { query: View }) {
  const filter = filterOf([equal("assetType", "Node")]);
  const view = questionOf(query, { page: "assets", filter, aggregate: ["type", "name"] });
  const { data, error } = useAssets({ ...view, step: "all" });
  const columns = useMemo(() => (data ? columnsOf(data.rows, data.currency) : []), [data]);
  return (
    <section className="stack" aria-labelledby="nodes">
      <div className="section-head">
        <h2 id="nodes">Nodes</h2>
        <p>
          <Go to={view}>In Assets</Go>
        </p>
      </div>
      {data && data.rows.length === 0 ? (
        <p className="muted">No nodes in this window.</p>
      ) : data ? (
        <SideTable
          label="Nodes"
          columns={columns}
          rows={data.rows}
          rowId={(row) => row.name}
          sorted="-total_cost"
        />
      ) : (
        <p className="muted">{error ? `Could not be read: ${error.message}` : "Reading…"}</p>
      )}
    </section>
  );
}

function columnsOf(rows: readonly AssetRow[], currency: string): readonly Column<AssetRow>[] {
  const cost = (
    id: "cost" | "adjustment" | "total_cost",
    title: string,
    meaning: string,
    rank: number,
  ): Column<AssetRow> => ({
    id,
    title,
    meaning,
    align: "end",
    width: 7,
    rank,
    idle: rows.every((row) => row[id] === 0),
    value: (row) => row[id],
    cell: (row) => <Amount value={row[id]} currency={currency} />,
  });
  return [
    {
      id: "name",
      title: "Node",
      rank: 0,
      value: (row) => row.key["name"] ?? row.name,
      cell: (row) => <PathName parts={[row.key["name"] ?? row.name]} to={null} />,
    },
    words("node_type", "Type", 10, 2, rows, (row) => row.node_type ?? null),
    words("spot", "Spot", 5, 4, rows, (row) => spotWords(row.preemptible)),
    words("price_source", "Price from", 8, 5, rows, (row) => row.price_source ?? null),
    cost("cost", "List", "By the price source, before the bill", 3),
    cost("adjustment", "Adjustment", "Billed minus list", 3),
    cost("total_cost", "Total", "List and adjustment", 0),
  ];
}

function words(
  id: string,
  title: string,
  width: number,
  rank: number,
  rows: readonly AssetRow[],
  value: (row: AssetRow) => string | null,
): Column<AssetRow> {
  const idle = rows.every((row) => value(row) === null);
  return {
    id,
    title,
    width,
    rank,
    idle,
    value,
    cell: (row) => <span className="cut">{value(row) ?? "–"}</span>,
  };
}

function spotWords(preemptible: number | null | undefined): string | null {
  if (preemptible === null || preemptible === undefined) return null;
  return preemptible > 0 ? "spot" : "–";
}
