/** The address bar as React state, and the only way to change it. */

import { useMemo, useSyncExternalStore } from "react";
import { format, parse, type View } from "./url";

const CHANGED = "fleetcost:navigated";

/** The path the app is mounted at, with a slash at both ends; from the page's `<base href>`. */
export function basePath(): string {
  return new URL("./", document.baseURI).pathname;
}

/** The address of a view for a link, absolute within this server. */
export function hrefOf(view: View): string {
  return basePath() + format(view);
}

/** Show a view. A committed change is a new history entry; `replace` is for typing and corrections. */
export function show(view: View, how: "push" | "replace" = "push"): void {
  const address = hrefOf(view);
  if (address === window.location.pathname + window.location.search) return;
  if (how === "push") window.history.pushState(null, "", address);
  else window.history.replaceState(null, "", address);
  window.dispatchEvent(new Event(CHANGED));
}

/** The view of the present address. */
export function currentView(): View {
  const base = basePath();
  const { pathname, search } = window.location;
  return parse(pathname.startsWith(base) ? pathname.slice(base.length) : pathname, search);
}

/** The present view; the component renders again when the address changes. */
export function useView(): View {
  const address = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  // The address is the dependency: the view is read from it, not from React.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  return useMemo(currentView, [address]);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}
