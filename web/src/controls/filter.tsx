/**
 * The filter as text, with completion, committed with Enter.
 *
 * The server reads it; what it cannot read it answers with an explanation.
 */

import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { show } from "../location";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { completed, completionsOf, type Values, wantedIn } from "./complete";
import { Options } from "./options";
import { type Kind, useServerValues } from "./values";

const FIELDS = [
  "cluster",
  "namespace",
  "controllerName",
  "controllerKind",
  "pod",
  "container",
  "node",
  "services",
  "label[",
  "annotation[",
];

const EXAMPLE = 'Filter, such as namespace:"checkout"+label[team]:"shop"';
const NO_VALUES: Values = {};

interface FilterBoxProps {
  view: View;
  /** Whose values the server is asked for. */
  kind: Kind;
  placeholder?: string;
  fields?: readonly string[];
  values?: Values;
}

export function FilterBox(props: FilterBoxProps) {
  const { view, kind, placeholder = EXAMPLE, fields = FIELDS, values = NO_VALUES } = props;
  const value = view.filter;
  const [text, setText] = useState(value);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setText(value), [value]);
  const known = useServerValues(open ? wantedIn(text) : null, kind, view.window, values);
  const completion = useMemo(() => completionsOf(text, fields, known), [text, fields, known]);
  const options = open ? completion.options : [];
  const write = (next: string) => {
    setText(next);
    setOpen(true);
    setAt(-1);
  };
  const choose = (option: string) => {
    write(completed(text, completion, option));
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = options.length;
    const chosen = options[at];
    if (event.key === "Escape") {
      if (count > 0) setOpen(false);
      else setText(value);
    } else if (event.key === "Enter" && chosen !== undefined) choose(chosen);
    else if (event.key === "ArrowDown" && count > 0) setAt((at + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) setAt(at <= 0 ? count - 1 : at - 1);
    else return;
    event.preventDefault();
  };
  const commit = (filter: string) => {
    setOpen(false);
    show({ ...view, filter });
  };
  return (
    <search className="filter">
      <form action={() => commit(text.trim())}>
        <label htmlFor={id} className="hidden-visually">
          Filter
        </label>
        <span className="filter-icon">
          <Icon name="filter" />
        </span>
        <input
          id={id}
          ref={field}
          className="field filter-field"
          role="combobox"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-options`}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${id}-options-${at}` : undefined}
          value={text}
          data-key="/"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder={placeholder}
          onChange={(event) => write(event.target.value)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {text ? (
          <button
            type="button"
            className="icon-button filter-clear"
            aria-label="Clear the filter"
            onClick={() => {
              setText("");
              commit("");
              field.current?.focus();
            }}
          >
            <Icon name="close" size={14} />
          </button>
        ) : null}
        <Options
          id={`${id}-options`}
          label="Completions"
          className="menu-panel filter-options"
          items={options}
          at={at}
          itemId={(option) => option}
          onChoose={choose}
        >
          {(option) => option}
        </Options>
      </form>
    </search>
  );
}
