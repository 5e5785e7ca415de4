/** Colours of groups: a stable hash of the path, so that the same thing has the same colour on every page. */

export const SLOTS = 12;

/** The colour a path prefers, whatever else is shown. */
export function slotOf(path: string): number {
  let hash = 2166136261;
  for (let at = 0; at < path.length; at += 1) hash = Math.imul(hash ^ path.charCodeAt(at), 16777619);
  // FNV's low bits mix badly for short, similar names.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822507);
  hash ^= hash >>> 13;
  return (hash >>> 0) % SLOTS;
}

/**
 * One colour each for the paths shown together.
 *
 * Where two prefer the same, the one first in the alphabet has it and the other takes the next free one, so that the
 * choice does not depend on the order of amounts.
 */
export function slotsOf(paths: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const slots = new Map<string, number>();
  for (const path of [...new Set(paths)].sort()) {
    let slot = slotOf(path);
    if (taken.size < SLOTS) while (taken.has(slot)) slot = (slot + 1) % SLOTS;
    taken.add(slot);
    slots.set(path, slot);
  }
  return slots;
}

export function colourOf(slot: number): string {
  return `var(--series-${slot})`;
}

export const IDLE_COLOUR = "var(--idle)";
export const OTHER_COLOUR = "var(--other)";
