/** From an answer about allocations to what its chart draws and where its rows lead. */

import type { Allocations, Answer, Costs, Named } from "../../api/schema";
import { type Stack, stackOf } from "../../charts/stack";
import { below, identityOf } from "../../drill";
import type { View } from "../../url";
import { isIdle, partsOf, partWords } from "../../words/names";

export function stackOfAnswer({ question, rows, series, as_of }: Answer<Named & Costs, Costs>): Stack {
  const members = rows.map((row) => ({
    name: row.name,
    label: partsOf(row, question.aggregate).map(partWords).join(" / "),
    identity: identityOf(question, row.key),
    total: row.total_cost,
  }));
  return stackOf(series, members, as_of);
}

/** The view one level below the row called `name`, read with the question that was answered, not a newer one. */
export function viewBelow({ question, rows }: Allocations, view: View, name: string): View | null {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row || isIdle(row.name)) return null;
  return below({ ...view, aggregate: question.aggregate, filter: question.filter }, row.key);
}
