/** The clusters whose cost changed most against the same days of the month before, or else within this one. */

import type { Allocations } from "../../api/schema";
import { isBeforeAll, shortages } from "../../completeness";
import { below } from "../../drill";
import { Go } from "../../go";
import { Delta } from "../../marks/delta";
import type { View } from "../../url";
import { datesOf } from "../../words/window";
import { againstMonth, againstOwn, type Mover, moversOf, type Spans } from "./figures";

const MOST = 8;

interface MoversProps {
  answer: Allocations;
  before: Allocations | undefined;
  failed: Error | null;
  query: View;
}

export function Movers({ answer, before, failed, query }: MoversProps) {
  const known = before !== undefined && before.rows.length > 0 && !isBeforeAll(before.completeness);
  const spans = known ? againstMonth(answer, before) : againstOwn(answer);
  return (
    <section className="card panel" aria-labelledby="movers">
      <h2 id="movers">Biggest changes</h2>
      {failed ? (
        <p className="muted">The month before could not be read: {failed.message}</p>
      ) : spans.before.length === 0 ? (
        <p className="muted">Nothing to compare with yet.</p>
      ) : (
        <Found
          movers={moversOf(spans, MOST)}
          spans={spans}
          short={new Set(shortages(answer.completeness).map(({ cluster }) => cluster))}
          currency={answer.currency}
          query={query}
        />
      )}
    </section>
  );
}

interface FoundProps {
  movers: readonly Mover[];
  spans: Spans;
  /** Clusters whose data have gaps: their change says nothing about their cost. */
  short: ReadonlySet<string>;
  currency: string;
  query: View;
}

function Found({ movers, spans, short, currency, query }: FoundProps) {
  return (
    <>
      <p className="muted number">
        {spanWords(spans.now)} against {spanWords(spans.before)}
      </p>
      {movers.length === 0 ? <p className="muted">Nothing changed by a cent.</p> : null}
      <table className="list number">
        <thead className="hidden-visually">
          <tr>
            <th scope="col">Cluster</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {movers.map(({ cluster, now, before }) => (
            <tr key={cluster}>
              <th scope="row">
                <Go to={below(query, { cluster }) ?? query} className="quiet-link">
                  {cluster}
                </Go>
              </th>
              <td className="end">
                {short.has(cluster) ? (
                  <span className="muted" title="Part of its data is missing: no change can be given">
                    data missing
                  </span>
                ) : (
                  <Delta now={now} before={before} currency={currency} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function spanWords(buckets: Spans["now"]): string {
  const [first, last] = [buckets[0], buckets.at(-1)];
  return first && last ? datesOf({ start: first.window.start, end: last.window.end }) : "nothing";
}
