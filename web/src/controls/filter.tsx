/** The filter as text, committed with Enter. The server reads it; what it cannot read it answers with an explanation. */

import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "../marks/icon";

interface FilterBoxProps {
  value: string;
  onCommit: (filter: string) => void;
  placeholder?: string;
}

const EXAMPLE = 'Filter, such as namespace:"checkout"+label[team]:"shop"';

export function FilterBox({ value, onCommit, placeholder = EXAMPLE }: FilterBoxProps) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setText(value), [value]);
  return (
    <search className="filter">
      <form action={() => onCommit(text.trim())}>
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
          value={text}
          data-key="/"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder={placeholder}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              setText(value);
              field.current?.blur();
            }
          }}
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
      </form>
    </search>
  );
}
