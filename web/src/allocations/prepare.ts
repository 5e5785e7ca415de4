/** From an answer about allocations to what its chart draws and where its rows lead. */

import type { Allocations, Answer, Costs, Named } from "../api/schema";
import { type Stack, stackOf } from "../charts/stack";
import { below, identityOf } from "../drill";
import { pinnedBy } from "../filter";
import { type View, viewOf } from "../url";
import { apartOf, partsOf, wordsFor } from "../words/names";

type Drawable = Pick<Answer<Named & Costs, Costs>, "question" | "rows" | "series" | "as_of">;

export function stackOfAnswer({ question, rows, series, as_of }: Drawable): Stack {
  const members = rows.map((row) => ({
    name: row.name,
    label: labelOf(row, question.aggregate),
    identity: identityOf(question, row.key),
    total: row.total_cost,
  }));
  return stackOf(series, members, as_of);
}

function labelOf(row: Named, by: readonly string[]): string {
  return partsOf(row, by)
    .map((part, at) => wordsFor(by[at] ?? "", part))
    .join(" / ");
}

/** The view one level below the row called `name`, read with the question that was answered, not a newer one. */
export function viewBelow({ question, rows }: Allocations, view: View, name: string): View | null {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row || apartOf(row.name)) return null;
  return below({ ...view, row: "", aggregate: question.aggregate, filter: question.filter }, row.key);
}

/** The page of the workload that a filter pins; null where it pins none. */
export function workloadOf(view: View): View | null {
  const pinned = pinnedBy(view.filter);
  const parts = ["cluster", "namespace", "controllerKind", "controllerName"].map((field) =>
    pinned.get(field),
  );
  const [cluster, namespace, kind, name] = parts;
  if (cluster === undefined || namespace === undefined || kind === undefined || name === undefined)
    return null;
  return viewOf("workload", {
    path: [cluster, namespace, `${kind}:${name}`],
    window: view.window,
    basis: view.basis,
    estimated: view.estimated,
    currency: view.currency,
  });
}
