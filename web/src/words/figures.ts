/** What is said of all figures of an answer: their prices, what of them is estimated, how they were converted. */

import type { Allocations } from "../api/schema";
import { conversionWords } from "./conversion";
import { estimatesWords } from "./estimates";
import { pricesWords } from "./prices";

type Behind = Parameters<typeof estimatesWords>[0] & Pick<Allocations, "prices" | "conversion">;

/** What there is to say, in one line. */
export function line(...words: readonly string[]): string {
  return words.filter(Boolean).join(" · ");
}

/** `as billed · $1.20 of it estimated, for 1.5 h without metrics of cluster-3`; nothing while there is no answer. */
export function figuresWords(answer: Behind | undefined): string {
  return answer ? line(pricesWords(answer), estimatesWords(answer), conversionWords(answer)) : "";
}
