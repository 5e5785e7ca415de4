/** Round numbers for an axis that starts at zero. */

export interface Ticks {
  readonly max: number;
  readonly interval: number;
}

/** About four even steps of 1, 2 or 5 times a power of ten, enough for `highest`. */
export function ticksOf(highest: number, about = 4): Ticks {
  if (!(highest > 0)) return { max: 1, interval: 1 };
  const rough = highest / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = power * ([1, 2, 2.5, 5].find((step) => step * power >= rough) ?? 10);
  return { max: interval * Math.ceil(highest / interval - 1e-9), interval };
}

/** Which of `count` labels to write so that each has `room` of them to itself: every n-th, counted from the last. */
export function labelled(count: number, width: number, room: number): (index: number) => boolean {
  const every = Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width / room))));
  return (index) => (count - 1 - index) % every === 0;
}
