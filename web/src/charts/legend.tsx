/** The groups of a chart; pressing one takes it out of the drawing or puts it back. */

import type { Group } from "./stack";
import { Swatch } from "./swatch";

interface LegendProps {
  groups: readonly Group[];
  hidden: ReadonlySet<string>;
  onToggle: (id: string) => void;
}

export function Legend({ groups, hidden, onToggle }: LegendProps) {
  return (
    <ul className="legend" aria-label="Groups in the chart">
      {groups.map((group) => (
        <li key={group.id}>
          <button
            type="button"
            className="legend-item"
            aria-pressed={!hidden.has(group.id)}
            onClick={() => onToggle(group.id)}
          >
            <Swatch group={group} />
            {group.label}
          </button>
        </li>
      ))}
    </ul>
  );
}
