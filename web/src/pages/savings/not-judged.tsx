/** What was looked at of each kind, and what could not be judged, with the reason and its cure. */

import type { SavingKind } from "../../api/schema";
import { List } from "../../marks/list";
import { kindWords } from "./words";

export function NotJudged({ kinds }: { kinds: readonly SavingKind[] }) {
  return (
    <section className="card panel savings-judged" aria-labelledby="judged-title">
      <h2 id="judged-title">What was looked at</h2>
      <List<SavingKind>
        cells={[
          { title: "Kind", cell: ({ kind, meaning }) => <span title={meaning}>{kindWords(kind)}</span> },
          { title: "Looked at", align: "end", cell: ({ judged }) => judged },
          {
            title: "Found",
            align: "end",
            cell: ({ found }) => (found["ok"] ?? 0) + (found["thin"] ?? 0),
          },
          {
            title: "Not judged",
            className: "muted",
            cell: ({ withheld }) =>
              withheld.map(({ reason, count, meaning }) => (
                <div key={reason}>
                  {count}: {meaning}
                </div>
              )),
          },
        ]}
        rows={kinds}
        rowId={({ kind }) => kind}
      />
    </section>
  );
}
