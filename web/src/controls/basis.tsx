/** The choice of prices: as billed, or list. */

import { show } from "../location";
import type { View } from "../url";
import { BASES } from "../words/prices";
import { Choice } from "./choice";

export function BasisChoice({ view }: { view: View }) {
  return (
    <Choice
      title="Prices"
      value={view.basis}
      options={BASES}
      onChoose={(basis) => show({ ...view, basis })}
    />
  );
}
