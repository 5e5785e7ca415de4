/**
 * Single-key shortcuts. A control takes part by carrying `data-key`: links and buttons are pressed, fields focused.
 *
 * They are off while somebody types, and can be switched off on the help page.
 */

import { useEffect, useRef } from "react";
import { above } from "../drill";
import { currentView, show } from "../location";
import { viewOf } from "../url";
import { useShortcuts } from "./preferences";

const PAGES = {
  e: "explore",
  o: "overview",
  c: "clusters",
  h: "health",
  a: "assets",
  p: "prices",
  s: "saved",
  l: "cloud",
  b: "bill",
  f: "efficiency",
  k: "showback",
  m: "statements",
} as const;

export const SHORTCUTS: readonly (readonly [string, string])[] = [
  ["Ctrl K", "find a page, cluster, namespace or workload"],
  ["/", "write a filter"],
  [
    "g then o, e, c, f, k, a, l, b, h, p, m, s",
    "go to Overview, Explore, Clusters, Efficiency, Show-back, Assets, Cloud costs, Bill, Data health, Prices, Statements, Saved",
  ],
  ["w", "choose the window"],
  ["b", "choose what to group by"],
  ["j, k", "next row, previous row"],
  ["Enter", "open the row: one level down"],
  ["i", "the row's details"],
  ["Backspace", "one level up"],
  ["s", "share"],
  ["x", "export"],
  ["t", "change the theme"],
  ["?", "this help"],
];

const SECOND_KEY_WAIT_MS = 1500;

export function useKeys(onFind: () => void): void {
  const on = useShortcuts();
  const find = useRef(onFind);
  find.current = onFind;
  // With a modifier it is no key that somebody types, so it works in fields, and where single keys are switched off.
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      find.current();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  useEffect(() => {
    if (!on) return;
    let afterG = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const second = event.timeStamp - afterG < SECOND_KEY_WAIT_MS && afterG > 0;
      afterG = !second && event.key === "g" ? event.timeStamp : 0;
      if (afterG === 0 && press(event.key, second)) event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [on]);
}

/** Do what a key stands for; false where it stands for nothing here. */
function press(key: string, afterG: boolean): boolean {
  if (afterG) return goTo(key);
  if (key === "j" || key === "k") return moveRow(key === "j" ? 1 : -1);
  if (key === "i") return openDetails();
  if (key === "Backspace") return goUp();
  if (key === "?") {
    show(viewOf("help"));
    return true;
  }
  const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  target.focus();
  if (target.matches("a, button")) target.click();
  return true;
}

function goTo(key: string): boolean {
  const page = key in PAGES ? PAGES[key as keyof typeof PAGES] : undefined;
  if (page) show(viewOf(page));
  return page !== undefined;
}

function goUp(): boolean {
  const up = above(currentView());
  if (up) show(up);
  return up !== null;
}

/** Open the details of the row that has the focus. */
function openDetails(): boolean {
  const more = document.activeElement?.closest("tr")?.querySelector<HTMLElement>("[data-more]");
  more?.click();
  return more !== undefined && more !== null;
}

/** Move the focus from row to row along the rows' own links. */
function moveRow(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? rows[0] : rows[at + by];
  next?.focus();
  return next !== undefined;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
