/** What a cluster's money buys: its assets by type. */

import type { Asked } from "../../api/hooks";
import type { Assets } from "../../api/schema";
import { Go } from "../../go";
import { Amount, Share } from "../../marks/meter";
import { pageOf } from "../../question";
import type { View } from "../../url";
import { assetTypeWords } from "../../words/names";
import { shareOf } from "../../words/percent";

export function AssetSplit({ asked, query }: { asked: Asked<Assets>; query: View }) {
  const { data, error } = asked;
  return (
    <section className="card panel" aria-labelledby="assets">
      <h2 id="assets">Assets</h2>
      {data ? (
        <table className="list number">
          <thead className="hidden-visually">
            <tr>
              <th scope="col">Type</th>
              <th scope="col">Share</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{assetTypeWords(row.key["type"] ?? row.name)}</th>
                <td className="list-share">
                  <Share part={shareOf(row.total_cost, data.totals.total_cost)} />
                </td>
                <td className="end">
                  <Amount value={row.total_cost} currency={data.currency} />
                </td>
              </tr>
            ))}
            <tr className="list-total">
              <th scope="row">
                <Go to={pageOf(query, "assets")} className="quiet-link">
                  All assets
                </Go>
              </th>
              <td />
              <td className="end">
                <Amount value={data.totals.total_cost} currency={data.currency} />
              </td>
            </tr>
          </tbody>
        </table>
      ) : (
        <p className="muted">{error ? `Could not be read: ${error.message}` : "Reading…"}</p>
      )}
    </section>
  );
}
