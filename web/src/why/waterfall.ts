/** What makes a difference, step by step from the amount before to the amount after. Pure. */

import type { ChangeTotal } from "../api/schema";

/** The items of a difference in the order in which it is split, each in words. */
export const ITEMS: Readonly<Record<string, string>> = {
  calendar: "Length of the window",
  coverage: "Not observed alike",
  rates: "Exchange rates",
  bill: "Bills not there yet",
  discounts: "Discounts",
  price: "Prices",
  running_time: "Running time",
  request_size: "Size of requests",
  above_request: "Use above requests",
  moved: "Moved to other nodes",
  new: "New workloads",
  gone: "Gone workloads",
  amount: "Without a quantity",
  idle_pool: "Idle",
  idle_part: "Its part of idle",
  shared: "Shared costs",
  tenancy: "Disks and fees of clusters",
  external: "External costs",
};

/** An amount below a cent is noise: such steps are one. */
export const NOISE = 0.01;

export interface Step {
  readonly item: string;
  readonly title: string;
  readonly amount: number;
  /** Where its bar begins and how wide it is, in parts of the whole width. */
  readonly from: number;
  readonly width: number;
}

type Items = Readonly<Record<string, string>>;

/** The steps of a difference, those that are noise together at the end; none where nothing changed. */
export function stepsOf(items: Items): readonly Step[] {
  const every = Object.keys(ITEMS).flatMap((item) => {
    const amount = Number(items[item] ?? 0);
    return amount === 0 ? [] : [{ item, title: ITEMS[item] ?? item, amount }];
  });
  const said = every.filter(({ amount }) => Math.abs(amount) >= NOISE);
  const noise = every.filter(({ amount }) => Math.abs(amount) < NOISE);
  const rest = noise.reduce((sum, { amount }) => sum + amount, 0);
  const folded = Math.abs(rest) >= NOISE ? [{ item: "rest", title: "Smaller ones", amount: rest }] : [];
  return placed([...said, ...folded]);
}

function placed(steps: readonly Omit<Step, "from" | "width">[]): readonly Step[] {
  const ends = [0];
  for (const { amount } of steps) ends.push((ends.at(-1) ?? 0) + amount);
  const low = Math.min(...ends);
  const span = Math.max(...ends) - low || 1;
  return steps.map((step, at) => {
    const [begin = 0, end = 0] = ends.slice(at, at + 2);
    return { ...step, from: (Math.min(begin, end) - low) / span, width: Math.abs(step.amount) / span };
  });
}

/** The largest part of a difference by what it is, in a few words; empty where nothing changed by a cent. */
export function mainCause(items: Items): string {
  const [first] = [...stepsOf(items)].sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
  return first ? first.title.toLowerCase() : "";
}

/** The facts of a difference that are worth a word, the largest first. */
export function factsOf(total: Pick<ChangeTotal, "facts">, most: number): ChangeTotal["facts"] {
  return total.facts.filter(({ amount }) => Math.abs(Number(amount)) >= NOISE).slice(0, most);
}
