/** What was charged for over a silence of a cluster's metrics, because it was the same before and after it. */

import type { Answer, Costs, Named } from "../api/schema";
import { count } from "./hours";
import { money } from "./money";

export const ESTIMATES = [
  ["include", "Included"],
  ["exclude", "Left out"],
] as const;

type Behind = Pick<Answer<Named & Costs, Costs>, "completeness">;

/** Whether minutes of the window are estimated, in the figures or left out of them. */
export function hasEstimates({ completeness }: Behind): boolean {
  return completeness.some(({ estimated_minutes = 0 }) => estimated_minutes > 0);
}

/** `$1.20 of it estimated, for 1.5 h without metrics of cluster-3`; nothing where all was observed, or nothing cost anything. */
export function estimatesWords(
  answer: Behind & {
    readonly totals: { readonly estimated_cost?: number | null };
    readonly currency: string;
    readonly question: { readonly estimated?: string; readonly idle?: string };
  },
): string {
  if (!hasEstimates(answer) || !answer.currency) return "";
  const silent = answer.completeness.filter(({ estimated_minutes = 0 }) => estimated_minutes > 0);
  const minutes = silent.reduce((all, { estimated_minutes = 0 }) => all + estimated_minutes, 0);
  const whose = silent.length === 1 ? silent[0]?.cluster : `${silent.length} clusters`;
  const over = `${count(minutes / 60)} h without metrics of ${whose}`;
  if (answer.question.estimated === "exclude") return `estimates for ${over} left out`;
  const less = answer.question.idle === "share" ? ", shared idle not counted" : "";
  return `${money(answer.totals.estimated_cost ?? 0, answer.currency)} of it estimated, for ${over}${less}`;
}
