/** What one browser remembers: the theme, and whether single keys are shortcuts. Nothing about costs is stored. */

import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const CHANGED = "fleetcost:preference";

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => {
    const stored = read("theme");
    return THEMES.find((theme) => theme === stored) ?? "system";
  });
}

export function setTheme(theme: Theme): void {
  write("theme", theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** The theme after this one, for a button that goes round. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
}

export function useShortcuts(): boolean {
  return useSyncExternalStore(subscribe, () => read("shortcuts") !== "off");
}

export function setShortcuts(on: boolean): void {
  write("shortcuts", on ? null : "off");
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`fleetcost.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`fleetcost.${name}`);
    else localStorage.setItem(`fleetcost.${name}`, value);
  } catch {
    // Storage is forbidden here; the choice lasts until the page is closed.
  }
  window.dispatchEvent(new Event(CHANGED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(CHANGED, listener);
  return () => window.removeEventListener(CHANGED, listener);
}
