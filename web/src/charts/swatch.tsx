/** The sign of a group's colour: solid for a row, hatched for idle. */

import type { Group } from "./stack";

export function Swatch({ group }: { group: Pick<Group, "kind" | "colour"> }) {
  return (
    <span
      className={`swatch swatch-${group.kind}`}
      style={group.kind === "idle" ? undefined : { background: group.colour }}
      aria-hidden="true"
    />
  );
}
