/** The groups of a stack as areas; a press goes one level down, as in the other drawings. */
import { money } from "../words/money";
import { squarified } from "./squares";
import type { Group, Stack } from "./stack";
import { Twin } from "./twin";

interface TreemapProps {
  stack: Stack;
  currency: string;
  label: string;
  onPick: (id: string) => void;
}

/** Width by height of the drawing as it is on a desk; areas stay right where it is narrower. */
const RATIO = 4.5;

export function Treemap({ stack, currency, label, onPick }: TreemapProps) {
  const groups = [...stack.groups]
    .filter((group) => group.total > 0)
    .sort((one, other) => other.total - one.total);
  const places = squarified(
    groups.map((group) => group.total),
    RATIO,
  );
  return (
    <figure className="chart card" aria-label={label}>
      <div className="treemap">
        {groups.map((group, at) => {
          const place = places[at];
          return place ? (
            <Cell key={group.id} group={group} place={place} currency={currency} onPick={onPick} />
          ) : null;
        })}
      </div>
      <Twin stack={stack} currency={currency} label={label} />
    </figure>
  );
}

interface CellProps {
  group: Group;
  place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  currency: string;
  onPick: (id: string) => void;
}

function Cell({ group, place, currency, onPick }: CellProps) {
  const style = {
    left: `${place.x * 100}%`,
    top: `${place.y * 100}%`,
    width: `${place.width * 100}%`,
    height: `${place.height * 100}%`,
    "--cell-colour": group.colour,
  } as React.CSSProperties;
  const words = `${group.label}, ${money(group.total, currency)}`;
  const inside = (
    <>
      <span>{group.label}</span>
      <span className="number">{money(group.total, currency)}</span>
    </>
  );
  return group.kind === "row" ? (
    <button
      type="button"
      className="treemap-cell"
      style={style}
      title={words}
      onClick={() => onPick(group.id)}
    >
      {inside}
    </button>
  ) : (
    <div className="treemap-cell" style={style} title={words}>
      {inside}
    </div>
  );
}
