/** Which of the empty screens an answer without rows deserves. */

import type { Completeness } from "../api/schema";
import { isBeforeAll } from "../completeness";
import { type View, viewOf } from "../url";
import { dateTime } from "../words/window";
import { EmptyBefore, EmptyFilter, EmptyFleet, EmptyWindow } from "./screens";

export function Empty({ answer, view }: { answer: { completeness: readonly Completeness[] }; view: View }) {
  const { completeness } = answer;
  if (isBeforeAll(completeness)) return <EmptyBefore view={view} first={firstOf(completeness)} />;
  if (view.filter) return <EmptyFilter view={view} />;
  if (completeness.length === 0) return <EmptyFleet />;
  return <EmptyWindow health={viewOf("health", { window: view.window })} />;
}

function firstOf(completeness: readonly Completeness[]): string | null {
  const firsts = completeness.flatMap((entry) => (entry.first === null ? [] : [entry.first])).sort();
  return firsts[0] === undefined ? null : `${dateTime(firsts[0])} UTC`;
}
