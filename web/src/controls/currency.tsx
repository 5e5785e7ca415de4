/** The choice of a currency, where costs are in several or can be shown in others. */

import { useRates } from "../api/hooks";
import { show } from "../location";
import type { View } from "../url";
import { Choice, type Option } from "./choice";

export function CurrencyChoice({ view }: { view: View }) {
  const { data } = useRates();
  if (!data) return null;
  const table = data.tables.find(({ table }) => table === data.default_table);
  const currencies = [...new Set([...data.row_currencies, ...(table?.currencies ?? [])])].sort();
  if (currencies.length < 2 && view.currency === "") return null;
  const own: Option = ["", data.display_currency || "As it is"];
  return (
    <Choice
      title="Currency"
      value={view.currency}
      options={[own, ...currencies.map((currency): Option => [currency, currency])]}
      onChoose={(currency) => show({ ...view, currency })}
    />
  );
}
