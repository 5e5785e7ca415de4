/** The way to every page, on the left; on narrow screens a drawer. */

import { Go } from "../go";
import { Icon } from "../marks/icon";
import { type PageName, type View, viewOf } from "../url";
import { PAGE_LINKS } from "./links";
import { nextTheme, setTheme, useTheme } from "./preferences";
import { Switcher } from "./switcher";

const THEME_WORDS = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" } as const;

interface RailProps {
  view: View;
  open: boolean;
  onClose: () => void;
  onFind: () => void;
}

export function Rail({ view, open, onClose, onFind }: RailProps) {
  const theme = useTheme();
  return (
    <nav className="rail" data-open={open} aria-label="Pages" id="pages">
      <div className="rail-head">
        <Go to={viewOf("overview")} className="brand" onClick={onClose}>
          <Brand />
          fleetcost
        </Go>
        <button
          type="button"
          className="icon-button rail-close"
          aria-label="Close the menu"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <button
        type="button"
        className="rail-find"
        aria-keyshortcuts="Control+K"
        onClick={() => {
          onClose();
          onFind();
        }}
      >
        <Icon name="explore" />
        Find
        <kbd>Ctrl K</kbd>
      </button>
      <ul className="rail-links">
        {PAGE_LINKS.map(([page, icon, title]) => (
          <li key={page}>
            <Go to={viewOf(page)} className="rail-link" onClick={onClose} {...current(view, page)}>
              <Icon name={icon} />
              {title}
            </Go>
          </li>
        ))}
      </ul>
      <ul className="rail-foot">
        <li>
          <Switcher />
        </li>
        <li>
          <button
            type="button"
            className="rail-link"
            data-key="t"
            onClick={() => setTheme(nextTheme(theme))}
            aria-label={`${THEME_WORDS[theme]}; press for ${nextTheme(theme)}`}
          >
            <Icon name="theme" />
            {THEME_WORDS[theme]}
          </button>
        </li>
        <li>
          <Go to={viewOf("help")} className="rail-link" onClick={onClose} {...current(view, "help")}>
            <Icon name="help" />
            Help
          </Go>
        </li>
      </ul>
    </nav>
  );
}

function current(view: View, page: PageName): { "aria-current"?: "page" | "true" } {
  if (view.page === page) return { "aria-current": "page" };
  if (page === "clusters" && view.page === "cluster") return { "aria-current": "true" };
  if (page === "statements" && view.page === "statement") return { "aria-current": "true" };
  return page === "explore" && view.page === "workload" ? { "aria-current": "true" } : {};
}

function Brand() {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <path d="M8 23v-6M16 23V9M24 23v-9" stroke="var(--on-accent)" strokeWidth="4" strokeLinecap="round" />
    </svg>
  );
}
