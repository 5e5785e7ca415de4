/** The sentence over an answer: it restates the question, so that a picture of the page explains itself. */

import type { Question } from "../api/schema";
import { crumbsOf } from "../drill";
import { viewOf } from "../url";
import { line } from "./figures";
import { keyWords, partWords } from "./names";
import { datesOf, windowWords } from "./window";

const IDLE: Readonly<Record<string, string>> = {
  separate: "idle shown separately",
  share: "idle shared among workloads",
  hide: "idle hidden",
};

const STEP: Readonly<Record<string, string>> = { "1h": "per hour", "1d": "per day", all: "in one sum" };

/** `Cost by namespace in prod-eu-1, last 7 days` */
export function titleOf(noun: string, aggregate: readonly string[], filter: string, window: string): string {
  const by = aggregate.length > 0 ? ` by ${aggregate.map(keyWords).join(" and ")}` : "";
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}${by}${scopeOf(filter)}, ${windowWords(window)}`;
}

/** ` in prod-eu-1 / shop`, or what the filter says where it is no path. */
export function scopeOf(filter: string): string {
  const crumbs = crumbsOf(viewOf("explore", { filter }));
  if (crumbs.length === 0) return "";
  const words = crumbs.map((crumb) =>
    ["cluster", "namespace", "controller", "pod", "container"].includes(crumb.field)
      ? partWords(crumb.value)
      : crumb.field
        ? `${keyWords(crumb.field)} ${partWords(crumb.value)}`
        : crumb.value,
  );
  return ` in ${words.join(" / ")}`;
}

/** `15 – 21 Nov 2026 UTC · per day · idle shown separately` */
export function underTitle(question: Question): string {
  return line(
    `${datesOf(question.window)} UTC`,
    STEP[question.step] ?? `per ${question.step}`,
    IDLE[question.idle] ?? "",
  );
}
