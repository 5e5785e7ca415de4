/** Find anything by its name: pages, clusters, namespaces, workloads, saved views. Opened with Ctrl-K. */

import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { Options } from "../controls/options";
import { show } from "../location";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { useFound } from "./found";

export function Find({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const { found, waiting } = useFound(useDeferredValue(text.trim()));
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  const go = (to: View) => {
    dialog.current?.close();
    show(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = found[at];
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter" && chosen) go(chosen.to);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className="dialog dialog-find" aria-label="Find" onClose={onClose}>
      <span className="find-field">
        <Icon name="explore" />
        <input
          ref={field}
          className="field"
          role="combobox"
          aria-label="Find a page, cluster, namespace or workload"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-found`}
          aria-activedescendant={found[at] ? `${id}-found-${at}` : undefined}
          aria-autocomplete="list"
          placeholder="Page, cluster, namespace, workload"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </span>
      <Options
        id={`${id}-found`}
        label="Found"
        className="find-list"
        items={found}
        at={at}
        itemId={({ kind, path }) => `${kind} ${path}`}
        onChoose={({ to }) => go(to)}
      >
        {({ kind, name, path }) => (
          <>
            <span>
              {path === name ? null : <span className="muted">{path.slice(0, -name.length)}</span>}
              {name}
            </span>
            <span className="menu-note">{kind}</span>
          </>
        )}
      </Options>
      {found.length === 0 && text.trim() ? (
        <p className="muted" role="status">
          {waiting ? "Looking…" : `Nothing of the last seven days is called ${text.trim()}.`}
        </p>
      ) : null}
    </dialog>
  );
}
