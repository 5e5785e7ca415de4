/** The ways to take a view along: as a link, as the request behind it, as a command, as a file. */
import { useState } from "react";
import { commandOf, curlOf, duckdbOf, fileOf, focusOf } from "../api/elsewhere";
import type { Window } from "../api/schema";
import { hrefOf } from "../location";
import type { View } from "../url";
import { rangeText } from "../words/window";
import { SaveItem } from "./save";

export interface ShareProps {
  view: View;
  /** The request behind the page, where there is one. */
  address?: string | undefined;
  /** What the relative window meant when the page was answered. */
  window?: Window | undefined;
}

export function ShareWays({ view, address, window: answered }: ShareProps) {
  const origin = window.location.origin;
  const fixed = answered ? { ...view, window: rangeText(answered) } : undefined;
  const command = address ? commandOf(origin, address) : null;
  const sql = address ? duckdbOf(origin, address) : null;
  return (
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
        <>
          <CopyItem title="Copy API address" note="answers JSON" text={origin + address} />
          <CopyItem
            title="Copy as curl"
            note="the request behind this page"
            text={curlOf(origin + address)}
          />
        </>
      ) : null}
      {command ? <CopyItem title="Copy as command" note="for a shell" text={command} /> : null}
      {sql ? <CopyItem title="Copy as SQL" note="the rows as a DuckDB query" text={sql} /> : null}
      <SaveItem view={view} />
    </ul>
  );
}

export function ExportWays({ address }: { address: string }) {
  return (
    <ul className="menu-list">
      <FileItem title="CSV" note="the whole answer, one line a row" href={fileOf(address, "csv", "all")} />
      <FileItem
        title="CSV, step by step"
        note="one line a row and step"
        href={fileOf(address, "csv", null)}
      />
      <FileItem
        title="Parquet"
        note="the whole answer, with types"
        href={fileOf(address, "parquet", "all")}
      />
      <FileItem title="FOCUS 1.3" note="bills divided by use, whole days" href={focusOf(address)} />
      <li>
        <a className="menu-item" href={address} target="_blank" rel="noreferrer">
          JSON<span className="menu-note">as the API answers it</span>
        </a>
      </li>
    </ul>
  );
}

function FileItem({ title, note, href }: { title: string; note: string; href: string }) {
  return (
    <li>
      <a className="menu-item" href={href} download>
        {title}
        <span className="menu-note">{note}</span>
      </a>
    </li>
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
