/** Under a table: which columns there is no room for, with the way to them, and what the columns mean. */

import type { Column } from "./columns";

interface FootProps<Row> {
  columns: readonly Column<Row>[];
  hidden: readonly Column<Row>[];
  /** All are shown because somebody asked for them; the table scrolls sideways. */
  every: boolean;
  onEvery: () => void;
}

export function Foot<Row>({ columns, hidden, every, onEvery }: FootProps<Row>) {
  const meant = columns.filter(({ meaning }) => meaning);
  if (hidden.length === 0 && !every && meant.length === 0) return null;
  return (
    <div className="table-foot">
      {hidden.length > 0 || every ? (
        <p>
          {every ? "All columns are shown. " : `No room for ${hidden.map(({ title }) => title).join(", ")}. `}
          <button type="button" className="link" onClick={onEvery}>
            {every ? "Show those that fit" : "Show all columns"}
          </button>
        </p>
      ) : null}
      {meant.length > 0 ? (
        <details>
          <summary>What the columns mean</summary>
          <dl>
            {meant.map(({ id, title, meaning }) => (
              <div key={id}>
                <dt>{title}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </div>
  );
}
