/** What figures hold: their prices, as billed or list; and whether what was estimated over a silence is in them. */

import type { Answer, Costs, Named } from "../api/schema";
import { show } from "../location";
import type { View } from "../url";
import { ESTIMATES, hasEstimates } from "../words/estimates";
import { BASES } from "../words/prices";
import { Choice } from "./choice";
import { CurrencyChoice } from "./currency";

interface FiguresChoiceProps {
  view: View;
  /** The choice about estimates is there where there are some, or where they are left out. */
  answer: Pick<Answer<Named & Costs, Costs>, "completeness"> | undefined;
}

export function FiguresChoice({ view, answer }: FiguresChoiceProps) {
  const asks = view.estimated !== "include" || (answer !== undefined && hasEstimates(answer));
  return (
    <>
      <Choice
        title="Prices"
        value={view.basis}
        options={BASES}
        onChoose={(basis) => show({ ...view, basis })}
      />
      <CurrencyChoice view={view} />
      {asks ? (
        <Choice
          title="Estimates"
          value={view.estimated}
          options={ESTIMATES}
          onChoose={(estimated) => show({ ...view, estimated })}
        />
      ) : null}
    </>
  );
}
