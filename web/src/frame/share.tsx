/** Take the view along: as a link, as a link that means the same next week, as the request behind it. */

import { useState } from "react";
import type { Window } from "../api/schema";
import { Menu } from "../controls/menu";
import { hrefOf } from "../location";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { rangeText } from "../words/window";
import { SaveItem } from "./save";

interface ShareProps {
  view: View;
  /** The request behind the page, where there is one. */
  address?: string | undefined;
  /** What the relative window meant when the page was answered. */
  window?: Window | undefined;
}

export function Share({ view, address, window: answered }: ShareProps) {
  const origin = window.location.origin;
  const fixed = answered ? { ...view, window: rangeText(answered) } : undefined;
  return (
    <Menu
      label={
        <>
          <Icon name="share" />
          <span className="wide-only">Share</span>
        </>
      }
      name="Share"
      shortcut="s"
    >
      {() => (
        <ul className="menu-list">
          <CopyItem title="Copy link" note="a relative window stays relative" text={origin + hrefOf(view)} />
          {fixed && fixed.window !== view.window ? (
            <CopyItem
              title="Copy link with fixed dates"
              note="for a ticket or a report"
              text={origin + hrefOf(fixed)}
            />
          ) : null}
          {address ? (
            <CopyItem
              title="Copy as curl"
              note="the request behind this page"
              text={curl(origin + address)}
            />
          ) : null}
          <SaveItem view={view} />
        </ul>
      )}
    </Menu>
  );
}

export function Export({ address }: { address: string }) {
  const join = address.includes("?") ? "&" : "?";
  return (
    <Menu
      label={
        <>
          <Icon name="export" />
          <span className="wide-only">Export</span>
        </>
      }
      name="Export"
      shortcut="x"
    >
      {() => (
        <ul className="menu-list">
          <li>
            <a className="menu-item" href={`${address}${join}format=csv`} download>
              CSV<span className="menu-note">the whole answer, one line a row</span>
            </a>
          </li>
          <li>
            <a className="menu-item" href={address} target="_blank" rel="noreferrer">
              JSON<span className="menu-note">as the API answers it</span>
            </a>
          </li>
        </ul>
      )}
    </Menu>
  );
}

function CopyItem({ title, note, text }: { title: string; note: string; text: string }) {
  const [done, setDone] = useState<"no" | "yes" | "by hand">("no");
  const copy = () => {
    // Without a secure connection there is no clipboard; the text is then shown for copying by hand.
    if (!navigator.clipboard) return setDone("by hand");
    navigator.clipboard.writeText(text).then(
      () => setDone("yes"),
      () => setDone("by hand"),
    );
  };
  return (
    <li>
      <button type="button" className="menu-item" onClick={copy}>
        <span role="status">{done === "yes" ? "Copied" : title}</span>
        <span className="menu-note">{note}</span>
      </button>
      {done === "by hand" ? (
        <input
          className="field copy-by-hand"
          readOnly
          value={text}
          aria-label={title}
          onFocus={(e) => e.target.select()}
        />
      ) : null}
    </li>
  );
}

function curl(address: string): string {
  return `curl '${address.replace(/'/g, "%27").replace(/"/g, "%22")}'`;
}
