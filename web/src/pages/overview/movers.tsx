/** The clusters whose cost changed most against the same days of the month before. */

import type { Allocations } from "../../api/schema";
import { below } from "../../drill";
import { Go } from "../../go";
import { Delta } from "../../marks/delta";
import type { View } from "../../url";
import { datesOf } from "../../words/window";
import { moversOf } from "./figures";

const MOST = 8;

interface MoversProps {
  answer: Allocations;
  before: Allocations | undefined;
  failed: Error | null;
  query: View;
}

export function Movers({ answer, before, failed, query }: MoversProps) {
  return (
    <section className="card panel" aria-labelledby="movers">
      <h2 id="movers">Biggest changes</h2>
      {before ? (
        <>
          <p className="muted number">full days, against {datesOf(before.question.window)}</p>
          <table className="list number">
            <thead className="hidden-visually">
              <tr>
                <th scope="col">Cluster</th>
                <th scope="col">Change</th>
              </tr>
            </thead>
            <tbody>
              {moversOf(answer, before, MOST).map(({ cluster, now, before: then }) => (
                <tr key={cluster}>
                  <th scope="row">
                    <Go to={below(query, { cluster }) ?? query} className="quiet-link">
                      {cluster}
                    </Go>
                  </th>
                  <td className="end">
                    <Delta now={now} before={then} currency={answer.currency} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : (
        <p className="muted">
          {failed ? `The month before could not be read: ${failed.message}` : "Nothing to compare with yet."}
        </p>
      )}
    </section>
  );
}
