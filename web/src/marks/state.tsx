/** A state as a word, a shape and a colour; any one of the three is enough to read it. */

import type { ReactNode } from "react";
import { capital, type Shape, stateOf } from "../words/states";

const LINE = { fill: "none", stroke: "currentColor", strokeWidth: 1.6 } as const;

const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  disc: <circle cx="6" cy="6" r="4.2" fill="currentColor" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4" {...LINE} />
      <path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" />
    </>
  ),
  ring: (
    <>
      <circle cx="6" cy="6" r="4.2" {...LINE} />
      <path d="M6 3.8V6l1.5 1.2" {...LINE} strokeWidth={1.3} strokeLinecap="round" />
    </>
  ),
  dashed: <circle cx="6" cy="6" r="4.2" {...LINE} strokeDasharray="2.2 2.2" />,
  cross: <path d="m2.8 2.8 6.4 6.4m0-6.4L2.8 9.2" {...LINE} strokeWidth={2} strokeLinecap="round" />,
  barred: (
    <>
      <circle cx="6" cy="6" r="4.2" {...LINE} />
      <path d="m3.2 8.8 5.6-5.6" {...LINE} />
    </>
  ),
  tilde: (
    <>
      <circle cx="6" cy="6" r="4.2" {...LINE} />
      <path d="M3.9 6.500c.7-1.3 1.5-1.3 2.1-.5s1.4.8 2.1-.5" {...LINE} strokeWidth={1.2} />
    </>
  ),
  dot: <circle cx="6" cy="6" r="1.8" fill="currentColor" />,
  star: <path d="M6 1.500v9M1.5 6h9M2.8 2.800l6.4 6.400M9.2 2.8 2.8 9.2" {...LINE} strokeWidth={1.2} />,
  diamond: <path d="M6 1.700 10.300 6 6 10.300 1.700 6z" {...LINE} />,
  square: <rect x="2.5" y="2.5" width="7" height="7" rx="1" {...LINE} />,
};

export function StateShape({ state, size = 12 }: { state: string; size?: number }) {
  const { shape, tone } = stateOf(state);
  return (
    <svg className={`shape tone-${tone}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}

/** The state with its word; the meaning is its tooltip. */
export function StateMark({ state, detail }: { state: string; detail?: string | null }) {
  const { word, meaning, tone } = stateOf(state);
  const text = state.startsWith(word) ? state : word;
  return (
    <span className="state" title={detail ? `${meaning}: ${detail}` : meaning}>
      <StateShape state={state} />
      <span className={tone === "good" ? "" : `tone-${tone}`}>{capital(text)}</span>
    </span>
  );
}
