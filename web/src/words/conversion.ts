/** By which rates costs were converted, and what is left out for want of one. */

import type { Allocations } from "../api/schema";
import { join } from "../completeness";
import { money } from "./money";

type Converted = Pick<Allocations, "currency"> & { readonly conversion?: Allocations["conversion"] };

/** `EUR converted into USD by the rates of ecb (version 3)`; nothing where every cost is as it was. */
export function conversionWords({ currency, conversion }: Converted): string {
  if (!conversion) return "";
  const from = conversion.from.map((one) => one.currency);
  const by = `by the rates of ${conversion.table} (version ${conversion.version})`;
  const done = from.length > 0 ? [`${join(from)} converted into ${currency} ${by}`] : [];
  const out = conversion.missing.map(
    (one) => `${money(Number(one.amount), one.currency)} left out, no rate into ${currency}`,
  );
  return [...done, ...out].join("; ");
}
