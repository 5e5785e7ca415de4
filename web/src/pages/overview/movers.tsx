/** The clusters whose cost changed most, in the part of two windows that both observed. */

import type { Allocations } from "../../api/schema";
import { below } from "../../drill";
import { Go } from "../../go";
import { Delta } from "../../marks/delta";
import { List } from "../../marks/list";
import type { View } from "../../url";
import { comparedWords } from "../../words/compared";
import { moversOf } from "./figures";

const MOST = 8;

interface MoversProps {
  /** The answer with what it is compared with; nothing while it is asked for. */
  compared: Allocations | undefined;
  failed: Error | null;
  query: View;
}

export function Movers({ compared, failed, query }: MoversProps) {
  return (
    <section className="card panel" aria-labelledby="movers">
      <h2 id="movers">Biggest changes</h2>
      {failed ? (
        <p className="muted">What to compare with could not be read: {failed.message}</p>
      ) : compared ? (
        <Found compared={compared} query={query} />
      ) : (
        <p className="muted">Nothing to compare with yet.</p>
      )}
    </section>
  );
}

function Found({ compared, query }: { compared: Allocations; query: View }) {
  const movers = moversOf(compared, MOST);
  return (
    <>
      <p className="muted number">{comparedWords(compared)}</p>
      {movers.length === 0 && compared.previous?.span ? (
        <p className="muted">Nothing changed by a cent.</p>
      ) : null}
      <List
        cells={[
          {
            title: "Cluster",
            cell: ({ cluster }) => (
              <Go to={below(query, { cluster }) ?? query} className="quiet-link">
                {cluster}
              </Go>
            ),
          },
          {
            title: "Change",
            align: "end",
            cell: ({ now, before }) => <Delta now={now} before={before} currency={compared.currency} />,
          },
        ]}
        rows={movers}
        rowId={({ cluster }) => cluster}
        plain
      />
    </>
  );
}
