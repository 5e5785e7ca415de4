/** What a change is of: which part of two windows is compared, at which prices, or that nothing can be. */

import type { Allocations } from "../api/schema";
import { datesOf } from "./window";

type Compared = Pick<Allocations, "previous" | "question">;

/** `1 – 6 Nov 2026 against 1 – 6 Oct 2026, 40 of 44 cluster-days`; null where no comparison was asked for. */
export function comparedWords({ previous, question }: Compared): string | null {
  if (!previous) return null;
  const { span, earlier_span, compared_windows = 0, windows = 0 } = previous;
  if (!span || !earlier_span) {
    return `Nothing to compare: no ${unit(question.resolution)} was observed both here and on ${datesOf(previous.window)}.`;
  }
  const part =
    compared_windows < windows
      ? `, ${compared_windows} of ${windows} cluster-${unit(question.resolution)}s that both observed`
      : "";
  const prices = previous.basis && previous.basis !== question.basis ? ", both at list prices" : "";
  return `${datesOf(span)} against ${datesOf(earlier_span)}${part}${prices}`;
}

function unit(resolution: string): string {
  return resolution === "1h" ? "hour" : "day";
}
