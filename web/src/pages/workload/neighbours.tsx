/** The workload of the same name in other clusters, side by side. */

import { useAllocations } from "../../api/hooks";
import { fieldsOf } from "../../drill";
import { equal, filterOf } from "../../filter";
import { Go } from "../../go";
import { Amount, Efficiency } from "../../marks/meter";
import { questionOf } from "../../question";
import type { View } from "../../url";

export function Neighbours({ view }: { view: View }) {
  const [cluster = "", namespace = "", controller = ""] = view.path;
  const own = fieldsOf("controller", controller).map(([field, value]) => equal(field, value));
  const filter = filterOf([equal("namespace", namespace), ...own]);
  const query = questionOf(view, { step: "all", aggregate: ["cluster"], idle: "hide", filter });
  const { data, error } = useAllocations(query);
  return (
    <section className="card panel" aria-labelledby="neighbours">
      <h2 id="neighbours">In every cluster</h2>
      {data ? (
        <table className="list number">
          <thead>
            <tr>
              <th scope="col">Cluster</th>
              <th scope="col" className="end">
                Efficiency
              </th>
              <th scope="col" className="end">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => {
              const name = row.key["cluster"] ?? row.name;
              return (
                <tr key={row.name} className={name === cluster ? "list-here" : undefined}>
                  <th scope="row">
                    <Go
                      to={{ ...view, path: [name, namespace, controller] }}
                      className="quiet-link"
                      aria-current={name === cluster ? "page" : undefined}
                    >
                      {name}
                    </Go>
                  </th>
                  <td className="end">
                    <Efficiency value={row.total_efficiency} />
                  </td>
                  <td className="end">
                    <Amount value={row.total_cost} currency={data.currency} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : (
        <p className="muted">{error ? `Could not be read: ${error.message}` : "Reading…"}</p>
      )}
    </section>
  );
}
