/** A labelled native select: the same look everywhere, the browser's own keyboard and touch behaviour. */

import { useId } from "react";
import { Icon } from "../marks/icon";

export type Option = readonly [value: string, title: string];

interface ChoiceProps {
  title: string;
  value: string;
  options: readonly Option[];
  onChoose: (value: string) => void;
  shortcut?: string;
}

/** A value that is not among the options is added as it is: the address may say more than the list offers. */
export function Choice({ title, value, options, onChoose, shortcut }: ChoiceProps) {
  const id = useId();
  const known = options.some(([option]) => option === value);
  return (
    <div className="choice">
      <label htmlFor={id}>{title}</label>
      <span className="choice-field">
        <select id={id} value={value} data-key={shortcut} onChange={(event) => onChoose(event.target.value)}>
          {known ? null : <option value={value}>{value}</option>}
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
        <Icon name="down" size={14} />
      </span>
    </div>
  );
}
