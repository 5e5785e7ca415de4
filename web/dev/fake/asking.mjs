// Reads windows and filters, as far as the pages send them.

import { NOW } from "./fleet.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (time) => new Date(time).toISOString().replace(".000Z", "Z");

export class Refused extends Error {
  constructor(parameter, read, accepted) {
    super(`${parameter}='${read}' cannot be used: accepted is ${accepted}`);
    this.problem = {
      type: "about:blank",
      title: "The question cannot be read",
      status: 400,
      detail: this.message,
      parameter,
      read,
      accepted,
      request_id: "f3a1c09e",
    };
  }
}

export function windowOf(text) {
  const now = Date.parse(NOW);
  const today = Math.floor(now / DAY) * DAY;
  const date = new Date(today);
  const month = (shift) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + shift, 1);
  const monday = today - ((date.getUTCDay() + 7) % 7) * DAY;
  const words = {
    today: [today, today + DAY],
    yesterday: [today - DAY, today],
    week: [monday, today + DAY],
    lastweek: [monday - 7 * DAY, monday],
    month: [month(0), today + DAY],
    lastmonth: [month(-1), month(0)],
  };
  const span = /^(\d+)([hdw])$/.exec(text);
  if (words[text]) return { start: iso(words[text][0]), end: iso(words[text][1]) };
  if (span?.[2] === "h") {
    const end = Math.ceil(now / HOUR) * HOUR;
    return { start: iso(end - Number(span[1]) * HOUR), end: iso(end) };
  }
  if (span)
    return {
      start: iso(today + DAY - Number(span[1]) * (span[2] === "w" ? 7 : 1) * DAY),
      end: iso(today + DAY),
    };
  const ends = text
    .split(",")
    .map((part) => (/^\d{9,}$/.test(part) ? Number(part) * 1000 : Date.parse(part)));
  if (ends.length === 2 && ends.every(Number.isFinite) && ends[0] < ends[1])
    return { start: iso(ends[0]), end: iso(ends[1]) };
  throw new Refused(
    "window",
    text,
    "7d, 24h, today, month, lastmonth, or two times 2026-11-01T00:00:00Z,2026-11-08T00:00:00Z",
  );
}

export function filterOf(text) {
  const clauses = text.split("+").filter(Boolean).map(clauseOf);
  return ({ key }) => clauses.every((clause) => clause(key));
}

function clauseOf(text) {
  const match = /^([\w[\]:.-]+?)\s*(!?[<~>]*:)\s*(.+)$/.exec(text.trim());
  if (!match) throw new Refused("filter", text, 'clauses such as cluster:"prod-eu-1"+namespace:"shop"');
  const values = match[3].split(",").map((value) => value.trim().replace(/^"|"$/g, ""));
  const tests = {
    ":": (value, wanted) => value === wanted,
    "~:": (value, wanted) => value.includes(wanted),
    "<~:": (value, wanted) => value.startsWith(wanted),
    "~>:": (value, wanted) => value.endsWith(wanted),
  };
  const negated = match[2].startsWith("!");
  const test = tests[match[2].replace("!", "")];
  return (key) => negated !== values.some((wanted) => test(key[match[1]] ?? "", wanted));
}
