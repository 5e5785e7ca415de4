/** Which columns to show: the ones that fit, or a choice that the address remembers. */

import { Menu } from "../controls/menu";
import { Icon } from "../marks/icon";

interface ChooserProps {
  columns: readonly {
    readonly id: string;
    readonly title: string;
    readonly rank: number;
    readonly idle?: boolean;
  }[];
  chosen: string;
  onChoose: (columns: string) => void;
}

export function ColumnChooser({ columns, chosen, onChoose }: ChooserProps) {
  const names = chosen.split(",").filter(Boolean);
  const isOn = (id: string, idle?: boolean) => (names.length > 0 ? names.includes(id) : !idle);
  const free = columns.filter((column) => column.rank > 0);
  const toggle = (id: string) => {
    const on = free.filter((column) => isOn(column.id, column.idle) !== (column.id === id));
    onChoose(on.map((column) => column.id).join(","));
  };
  return (
    <Menu
      label={
        <>
          <Icon name="columns" />
          Columns
        </>
      }
    >
      {() => (
        <fieldset className="menu-checks">
          <legend className="hidden-visually">Columns to show</legend>
          {free.map(({ id, title, idle }) => (
            <label key={id}>
              <input type="checkbox" checked={isOn(id, idle)} onChange={() => toggle(id)} />
              {title}
              {idle ? <span className="menu-note">nothing in it here</span> : null}
            </label>
          ))}
          <button type="button" className="button" disabled={!chosen} onClick={() => onChoose("")}>
            Those that fit
          </button>
        </fieldset>
      )}
    </Menu>
  );
}
