/** Which prices a page shows, and how much of what they are of no bill covers. */

import type { Allocations } from "../api/schema";
import { percent } from "./percent";

export const BASES = [
  ["billed", "As billed"],
  ["list", "List"],
] as const;

/** `as billed; no bill covers 14% of the assets, which are at list price`; nothing where the server does not say. */
export function pricesWords({ prices }: Pick<Allocations, "prices">): string {
  if (!prices) return "";
  if (prices.basis === "list") return "at list prices";
  const share = prices.uncovered_share;
  if (!share) return "as billed";
  if (share === 1) return "no bill covers this yet: at list prices";
  return `as billed; no bill covers ${percent(share)} of the assets, which are at list price`;
}
