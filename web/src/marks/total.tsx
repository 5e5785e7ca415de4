/** The sum a page is about, beside its title; a lower bound where data are missing. */

import type { Answer, Costs, Named } from "../api/schema";
import { isLowerBound } from "../completeness";
import type { View } from "../url";
import { Amount } from "./meter";

type Summed = Pick<Answer<Named & Costs, Costs>, "completeness" | "totals" | "currency">;

interface TotalProps {
  answer: Summed;
  /** The sum as a figure that can be explained. */
  why?: View | null;
}

export function Total({ answer: { completeness, totals, currency }, why = null }: TotalProps) {
  const atLeast = isLowerBound(completeness);
  return (
    <p className="figure">
      <span className="figure-label">{atLeast ? "Total, at least" : "Total"}</span>
      <Amount value={totals.total_cost} currency={currency} atLeast={atLeast} why={why} />
    </p>
  );
}
