/** What every page has in common: its title for the tab, and the top line's controls that depend on its answer. */

import { createContext, type ReactNode, useContext, useEffect, useRef } from "react";
import { createPortal } from "react-dom";

/** Where the top line's right end is; pages put their share and export buttons there. */
export const ToolsPlace = createContext<HTMLElement | null>(null);

export function Tools({ children }: { children: ReactNode }) {
  const place = useContext(ToolsPlace);
  return place ? createPortal(children, place) : null;
}

function addressNow(): string {
  return window.location.pathname + window.location.search;
}

interface TitleProps {
  children: string;
  under?: ReactNode;
  /** Beside the title, at the right: the figure that the page is about. */
  aside?: ReactNode;
}

/** The page's heading. It takes the focus when the address changes, so that a drill is announced and Tab starts here. */
export function Title({ children, under, aside }: TitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(addressNow());
  useEffect(() => {
    document.title = `${children} · fleetcost`;
    const focused = document.activeElement;
    // A row that was followed goes away with the old answer; its focus must not fall back to the page's start.
    const lost = !focused || focused === document.body || focused.matches("[data-row]");
    // An answer may change the title of the same view; only another view takes the focus.
    if (shown.current !== addressNow() && lost) heading.current?.focus({ preventScroll: true });
    shown.current = addressNow();
  }, [children]);
  return (
    <header className="title">
      <div className="title-words">
        <h1 ref={heading} tabIndex={-1}>
          {children}
        </h1>
        {under ? <p className="muted number">{under}</p> : null}
      </div>
      {aside}
    </header>
  );
}
