/** States in words: one table for the windows' states and the clusters', with a shape and a tone for each. */

/** How a state is drawn; never by colour alone. */
export type Shape =
  | "disc"
  | "half"
  | "ring"
  | "dashed"
  | "cross"
  | "barred"
  | "tilde"
  | "dot"
  | "star"
  | "diamond"
  | "square";
export type Tone = "good" | "watch" | "bad" | "quiet" | "info";

export interface StateWords {
  /** The state's name as the API writes it. */
  readonly word: string;
  readonly shape: Shape;
  readonly tone: Tone;
  readonly meaning: string;
}

const STATES: readonly StateWords[] = [
  {
    word: "complete",
    shape: "disc",
    tone: "good",
    meaning: "every minute was observed and the set is final",
  },
  {
    word: "partial",
    shape: "half",
    tone: "watch",
    meaning: "the window is not over, or some of its minutes were not observed",
  },
  {
    word: "estimated",
    shape: "tilde",
    tone: "info",
    meaning: "complete, but priced at list prices until the bill arrives",
  },
  {
    word: "rate missing",
    shape: "diamond",
    tone: "watch",
    meaning: "observed, but no exchange rate into the currency asked for is known: costs are left out",
  },
  {
    word: "late",
    shape: "ring",
    tone: "watch",
    meaning: "data should have arrived by now; it may still come",
  },
  { word: "missing", shape: "dashed", tone: "bad", meaning: "the window is long over and there is no set" },
  { word: "damaged", shape: "cross", tone: "bad", meaning: "there is an object and it cannot be read" },
  {
    word: "refused",
    shape: "barred",
    tone: "bad",
    meaning: "there is an object and a rule forbids using it",
  },
  {
    word: "before first seen",
    shape: "dot",
    tone: "quiet",
    meaning: "earlier than the first set of this cluster",
  },
  { word: "silent", shape: "dashed", tone: "bad", meaning: "nothing has arrived for more than a day" },
  { word: "new", shape: "star", tone: "info", meaning: "first seen less than a day ago" },
  { word: "retired", shape: "square", tone: "quiet", meaning: "taken out of the fleet; its history stays" },
];

/** What is known of a state. One that this build does not know keeps its own word, drawn neutrally. */
export function stateOf(word: string): StateWords {
  const known =
    STATES.find((state) => state.word === word) ?? STATES.find((state) => word.startsWith(`${state.word} `));
  return (
    known ?? { word, shape: "dot", tone: "quiet", meaning: "a state this version of the page does not know" }
  );
}

const DAY_MS = 86_400_000;

/** A cluster's word: behind for more than a day is silent, known for less than a day is new, else what the server says. */
export function clusterWord(
  cluster: { readonly state: string; readonly first: string | null; readonly last: string | null },
  asOf: string,
): string {
  const ago = (instant: string | null) => (instant === null ? 0 : Date.parse(asOf) - Date.parse(instant));
  const behind = cluster.state === "late" || cluster.state === "missing";
  if (behind && ago(cluster.last) > DAY_MS) return "silent";
  const young = cluster.first !== null && ago(cluster.first) < DAY_MS;
  return cluster.state === "complete" && young ? "new" : cluster.state;
}

/** The states in the order of their table, for legends and filters. */
export function allStates(): readonly StateWords[] {
  return STATES;
}

/** Whether a cluster in this state is part of the fleet and up to date. */
export function isCurrent(state: string): boolean {
  return state === "complete" || state === "estimated" || state === "new";
}

/** Whether a step in this state has nothing to draw: a gap, not a zero. */
export function isGap(state: string): boolean {
  return ["late", "missing", "damaged", "refused", "before first seen"].includes(state);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
