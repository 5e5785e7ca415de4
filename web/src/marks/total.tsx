/** The sum a page is about, beside its title; a lower bound where data are missing. */

import type { Answer, Costs, Named } from "../api/schema";
import { isLowerBound } from "../completeness";
import { Amount } from "./meter";

type Summed = Pick<Answer<Named & Costs, Costs>, "completeness" | "totals" | "currency">;

export function Total({ answer: { completeness, totals, currency } }: { answer: Summed }) {
  const atLeast = isLowerBound(completeness);
  return (
    <p className="figure">
      <span className="figure-label">{atLeast ? "Total, at least" : "Total"}</span>
      <Amount value={totals.total_cost} currency={currency} atLeast={atLeast} />
    </p>
  );
}
