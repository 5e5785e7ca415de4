/** Time windows in words. All of them are UTC, and say so. */

import type { Window } from "../api/schema";

export const WINDOWS: readonly (readonly [string, string])[] = [
  ["24h", "Last 24 hours"],
  ["today", "Today"],
  ["yesterday", "Yesterday"],
  ["7d", "Last 7 days"],
  ["14d", "Last 14 days"],
  ["30d", "Last 30 days"],
  ["90d", "Last 90 days"],
  ["week", "This week"],
  ["lastweek", "Last week"],
  ["month", "This month"],
  ["lastmonth", "Last month"],
];

const HOURS: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 24, w: 168 };
const WORD_HOURS: Readonly<Record<string, number>> = {
  today: 24,
  yesterday: 24,
  week: 168,
  lastweek: 168,
  month: 744,
  lastmonth: 744,
};

/** How long a window is, at most, in hours; null where only the server can tell. */
export function lengthInHours(window: string): number | null {
  const word = WORD_HOURS[window];
  if (word !== undefined) return word;
  const span = /^(\d+)([mhdw])(\s+offset\s+.*)?$/.exec(window);
  if (span?.[1] && span[2]) return Number(span[1]) * (HOURS[span[2]] ?? 0);
  const range = rangeOf(window);
  return range ? (Date.parse(range.end) - Date.parse(range.start)) / 3_600_000 : null;
}

/** The two ends of an absolute window, from RFC 3339 or Unix seconds; null for a relative one. */
export function rangeOf(window: string): Window | null {
  const ends = window.split(",").map((text) => text.trim());
  if (ends.length !== 2) return null;
  const times = ends.map((text) => (/^\d{9,}$/.test(text) ? Number(text) * 1000 : Date.parse(text)));
  const [start, end] = times;
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) return null;
  return { start: isoOf(start), end: isoOf(end) };
}

/** An absolute window as a parameter. */
export function rangeText(window: Window): string {
  return `${shortIso(window.start)},${shortIso(window.end)}`;
}

/** For a sentence: `last 7 days`. */
export function windowWords(window: string): string {
  const known = WINDOWS.find(([value]) => value === window);
  if (known) return lower(known[1]);
  const span = /^(\d+)([mhdw])$/.exec(window);
  if (span?.[1] && span[2]) {
    const unit = { m: "minute", h: "hour", d: "day", w: "week" }[span[2]];
    return `last ${span[1]} ${unit}${span[1] === "1" ? "" : "s"}`;
  }
  const range = rangeOf(window);
  return range ? datesOf(range) : window;
}

/** The dates of a resolved window, inclusive: `15 – 21 Nov 2026`, or with times where it does not start at midnight. */
export function datesOf(window: Window): string {
  const start = new Date(window.start);
  const end = new Date(window.end);
  if (!isMidnight(start) || !isMidnight(end)) return hoursOf(window);
  const last = new Date(end.getTime() - 1);
  if (sameDay(start, last)) return dayOf(start, true);
  if (start.getUTCFullYear() !== last.getUTCFullYear()) return `${dayOf(start, true)} – ${dayOf(last, true)}`;
  if (start.getUTCMonth() !== last.getUTCMonth()) return `${dayOf(start, false)} – ${dayOf(last, true)}`;
  return `${start.getUTCDate()} – ${dayOf(last, true)}`;
}

function hoursOf(window: Window): string {
  const [start, end] = [new Date(window.start), new Date(window.end)];
  if (sameDay(start, new Date(end.getTime() - 1))) {
    return `${dayOf(start, true)}, ${clock(window.start)}–${clock(window.end)}`;
  }
  const year = start.getUTCFullYear() !== end.getUTCFullYear();
  return `${dayOf(start, year)}, ${clock(window.start)} – ${dateTime(window.end)}`;
}

/** `21 Nov 2026, 15:00` in UTC. */
export function dateTime(instant: string): string {
  const date = new Date(instant);
  return `${dayOf(date, true)}, ${clock(instant)}`;
}

/** `15:00` */
export function clock(instant: string): string {
  return new Date(instant).toISOString().slice(11, 16);
}

/** `15:00 UTC` on the day of `now`, else `20 Nov, 15:00 UTC`. */
export function whenOf(instant: string, now: string): string {
  const date = new Date(instant);
  const time = `${clock(instant)} UTC`;
  return sameDay(date, new Date(now)) ? time : `${dayOf(date, false)}, ${time}`;
}

/** The same instant where the reader is, for a tooltip. */
export function localTime(instant: string): string {
  return `${new Date(instant).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })} local time`;
}

/** A bucket's name: the day, and the hour where buckets are shorter than a day. */
export function bucketWords(window: Window): string {
  const start = new Date(window.start);
  const hours = (Date.parse(window.end) - Date.parse(window.start)) / 3_600_000;
  if (hours >= 48) return datesOf(window);
  const weekday = start.toLocaleDateString("en-GB", { weekday: "short", timeZone: "UTC" });
  if (hours >= 23) return `${weekday} ${dayOf(start, false)}`;
  return `${weekday} ${dayOf(start, false)}, ${clock(window.start)}–${clock(window.end)} UTC`;
}

/** A bucket's name under an axis. */
export function bucketTick(window: Window): string {
  const hours = (Date.parse(window.end) - Date.parse(window.start)) / 3_600_000;
  return hours >= 23 ? dayOf(new Date(window.start), false) : clock(window.start);
}

export function dayOf(date: Date, withYear: boolean): string {
  const month = date.toLocaleDateString("en-GB", { month: "short", timeZone: "UTC" });
  return `${date.getUTCDate()} ${month}${withYear ? ` ${date.getUTCFullYear()}` : ""}`;
}

function isMidnight(date: Date): boolean {
  return date.getTime() % 86_400_000 === 0;
}

function sameDay(one: Date, other: Date): boolean {
  return one.toISOString().slice(0, 10) === other.toISOString().slice(0, 10);
}

function isoOf(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

function shortIso(instant: string): string {
  return isoOf(Date.parse(instant));
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
