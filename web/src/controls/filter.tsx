/**
 * The filter as text, with completion, committed with Enter.
 *
 * The server reads it; what it cannot read it answers with an explanation.
 */

import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon } from "../marks/icon";
import { completed, completionsOf, type Values, wantedIn } from "./complete";
import { type Source, useServerValues } from "./values";

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
  value: string;
  onCommit: (filter: string) => void;
  placeholder?: string;
  fields?: readonly string[];
  values?: Values;
  /** Where the server is asked for values of the field that is being written. */
  source?: Source | undefined;
}

export function FilterBox(props: FilterBoxProps) {
  const { value, onCommit, placeholder = EXAMPLE, fields = FIELDS, values = NO_VALUES, source } = props;
  const [text, setText] = useState(value);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setText(value), [value]);
  const known = useServerValues(open ? wantedIn(text) : null, source, values);
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
  const commit = () => {
    setOpen(false);
    onCommit(text.trim());
  };
  return (
    <search className="filter">
      <form action={commit}>
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
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
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
              onCommit("");
              field.current?.focus();
            }}
          >
            <Icon name="close" size={14} />
          </button>
        ) : null}
        <Options id={id} options={options} at={at} onChoose={choose} />
      </form>
    </search>
  );
}

interface OptionsProps {
  id: string;
  options: readonly string[];
  at: number;
  onChoose: (option: string) => void;
}

/** The list under the field; the focus stays in the field, so pressing an option must not take it. */
function Options({ id, options, at, onChoose }: OptionsProps) {
  return (
    <div
      role="listbox"
      id={`${id}-options`}
      aria-label="Completions"
      className="menu-panel filter-options"
      hidden={options.length === 0}
      tabIndex={-1}
    >
      {options.map((option, index) => (
        <div
          key={option}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className="menu-item"
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(option);
          }}
        >
          {option}
        </div>
      ))}
    </div>
  );
}
