/** Rates: an amount over the time that was observed, because what nobody saw cost something too. Pure. */

import type { Answer, Costs, Named } from "../api/schema";
import { duration } from "../words/hours";

export const MONTH_HOURS = 730;
export const DAY_HOURS = 24;

type Observed = Pick<Answer<Named & Costs, Costs>, "completeness" | "question" | "as_of">;

/** Hours that stand behind a cluster's amounts, estimated ones where they are in; without one, of the fleet's on average. */
export function observedHours(answer: Observed, cluster = ""): number {
  const minutes = seen(answer, cluster).map(
    (entry) => entry.coverage_minutes + estimatedMinutes(answer, entry.estimated_minutes),
  );
  if (minutes.length === 0) return elapsedHours(answer);
  return minutes.reduce((all, own) => all + own, 0) / minutes.length / 60;
}

/** `5 d 3 h observed of 6 d`, as a mean where several clusters stand behind it. */
export function observedWords(answer: Observed, cluster = ""): string {
  const own = seen(answer, cluster);
  const expected = own.reduce((all, entry) => all + entry.expected_minutes, 0) / Math.max(1, own.length);
  const minutes = observedHours(answer, cluster) * 60;
  const mean = own.length > 1 ? ` a cluster` : "";
  const estimated = own.some((entry) => estimatedMinutes(answer, entry.estimated_minutes) > 0);
  const how = estimated ? "observed or estimated" : "observed";
  return minutes < expected - 1
    ? `${duration(minutes)} ${how} of ${duration(expected)}${mean}`
    : `${duration(minutes)} ${how}${mean}`;
}

function estimatedMinutes({ question }: Observed, minutes: number | undefined): number {
  return question.estimated === "exclude" ? 0 : (minutes ?? 0);
}

function seen({ completeness }: Observed, cluster: string) {
  return completeness.filter(
    (entry) => entry.coverage_minutes > 0 && (cluster === "" || entry.cluster === cluster),
  );
}

function elapsedHours({ question, as_of }: Observed): number {
  const { start, end } = question.window;
  return Math.max(1, (Math.min(Date.parse(end), Date.parse(as_of)) - Date.parse(start)) / 3_600_000);
}
