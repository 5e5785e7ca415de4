/** Find anything by its name: pages, clusters, namespaces, workloads, saved views. Opened with Ctrl-K. */

import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { show } from "../location";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { type Found, useFound } from "./found";

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
          aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
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
      <FoundList id={id} found={found} at={at} onChoose={go} />
      {found.length === 0 && text.trim() ? (
        <p className="muted" role="status">
          {waiting ? "Looking…" : `Nothing of the last seven days is called ${text.trim()}.`}
        </p>
      ) : null}
    </dialog>
  );
}

interface FoundListProps {
  id: string;
  found: readonly Found[];
  at: number;
  onChoose: (to: View) => void;
}

/** The focus stays in the field, so pressing an option must not take it. */
function FoundList({ id, found, at, onChoose }: FoundListProps) {
  return (
    <div role="listbox" id={`${id}-found`} aria-label="Found" className="find-list" tabIndex={-1}>
      {found.map(({ kind, name, path, to }, index) => (
        <div
          key={`${kind} ${path}`}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className="menu-item"
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(to);
          }}
        >
          <span>
            {path === name ? null : <span className="muted">{path.slice(0, -name.length)}</span>}
            {name}
          </span>
          <span className="menu-note">{kind}</span>
        </div>
      ))}
    </div>
  );
}
