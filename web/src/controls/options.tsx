/** The list under a field that completes it. The focus stays in the field, so pressing an option must not take it. */

import type { ReactNode } from "react";

interface OptionsProps<Item> {
  /** The field names the list by it, and each option by it and its place: `ID-0`. */
  id: string;
  label: string;
  className: string;
  items: readonly Item[];
  /** The place of the option that Enter takes. */
  at: number;
  itemId: (item: Item) => string;
  onChoose: (item: Item) => void;
  children: (item: Item) => ReactNode;
}

export function Options<Item>(props: OptionsProps<Item>) {
  const { id, label, className, items, at, itemId, onChoose, children } = props;
  return (
    <div
      role="listbox"
      id={id}
      aria-label={label}
      className={className}
      hidden={items.length === 0}
      tabIndex={-1}
    >
      {items.map((item, index) => (
        <div
          key={itemId(item)}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className="menu-item"
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(item);
          }}
        >
          {children(item)}
        </div>
      ))}
    </div>
  );
}
