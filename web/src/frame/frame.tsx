/** The frame of all pages: rail, top line, and the main part. */

import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { show } from "../location";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { Crumbs } from "./crumbs";
import { FreshnessChip } from "./freshness";
import { useKeys } from "./keys";
import { ToolsPlace } from "./page";
import { Rail } from "./rail";

const Find = lazy(async () => ({ default: (await import("./find")).Find }));

export function Frame({ view, children }: { view: View; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [tools, setTools] = useState<HTMLElement | null>(null);
  const main = useRef<HTMLElement>(null);
  const [finding, setFinding] = useState(false);
  useKeys(() => setFinding(true));
  useEscape(open, () => setOpen(false));
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Rail view={view} open={open} onClose={() => setOpen(false)} onFind={() => setFinding(true)} />
      {finding ? (
        <Suspense fallback={null}>
          <Find onClose={() => setFinding(false)} />
        </Suspense>
      ) : null}
      {open ? <div className="rail-shade" aria-hidden="true" onClick={() => setOpen(false)} /> : null}
      <header className="top">
        <button
          type="button"
          className="icon-button rail-open"
          aria-label="Open the menu"
          aria-expanded={open}
          aria-controls="pages"
          onClick={() => setOpen(true)}
        >
          <Icon name="menu" />
        </button>
        <Crumbs view={view} />
        <div className="top-end">
          <FreshnessChip />
          <div className="top-tools" ref={setTools} />
        </div>
      </header>
      <main className="main" ref={main} tabIndex={-1}>
        <ToolsPlace value={tools}>
          <UnknownParameters view={view} />
          {children}
        </ToolsPlace>
      </main>
    </div>
  );
}

/** Parameters that no page knows are kept in the address and named here: a misspelt one must not pass for an answer. */
function UnknownParameters({ view }: { view: View }) {
  if (view.unknown.length === 0) return null;
  const names = view.unknown.map(([key]) => key).join(", ");
  return (
    <div className="notice notice-watch" role="status">
      <Icon name="warning" />
      <p>
        The address has {view.unknown.length === 1 ? "a parameter" : "parameters"} this page does not know:{" "}
        <code>{names}</code>. Kept, and not used.
      </p>
      <button type="button" className="button" onClick={() => show({ ...view, unknown: [] })}>
        Remove
      </button>
    </div>
  );
}

function useEscape(active: boolean, then: () => void): void {
  const latest = useRef(then);
  latest.current = then;
  useEffect(() => {
    if (!active) return;
    const listen = (event: KeyboardEvent) => event.key === "Escape" && latest.current();
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [active]);
}
