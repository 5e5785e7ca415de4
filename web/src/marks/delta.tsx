/** The change of an amount against an earlier one: a direction, an amount, a percentage. Dearer is not drawn as bad. */

import { moneyDelta } from "../words/money";
import { percentDelta } from "../words/percent";

interface DeltaProps {
  now: number;
  before: number | null;
  currency: string;
  /** Leave the amount out where there is little room. */
  short?: boolean;
}

export function Delta({ now, before, currency, short = false }: DeltaProps) {
  if (before === null) return <span className="muted">–</span>;
  const change = percentDelta(now, before);
  const amount = moneyDelta(now - before, currency);
  if (change === null) return <span className="delta number">{now === 0 ? "–" : "new"}</span>;
  return (
    <span className="delta number" title={`${amount} (${change})`}>
      <Arrow up={now > before} flat={Math.abs(now - before) < 0.005} />
      {short ? null : <span>{amount}</span>}
      <span className={short ? undefined : "muted"}>{change}</span>
    </span>
  );
}

function Arrow({ up, flat }: { up: boolean; flat: boolean }) {
  const path = flat ? "M1 4h6" : up ? "M4 1.2 7 6.8H1z" : "M4 6.8 1 1.2h6z";
  return (
    <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
      <path
        d={path}
        fill={flat ? "none" : "currentColor"}
        stroke="currentColor"
        strokeWidth={flat ? 1.4 : 0}
      />
    </svg>
  );
}
