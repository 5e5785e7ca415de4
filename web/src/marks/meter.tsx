/** Small bars and amounts used in tables and tiles. */

import type { ReactNode } from "react";
import type { View } from "../url";
import { Why } from "../why/link";
import { money, moneyExact } from "../words/money";
import { percent } from "../words/percent";

/** A share of a total: a bar and its number. */
export function Share({ part, colour }: { part: number | null; colour?: string }) {
  const width = part === null ? 0 : Math.max(0, Math.min(1, part)) * 100;
  return (
    <span className="share">
      <svg className="share-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" className="share-rest" />
        <rect width={width} height="6" fill={colour ?? "var(--accent)"} />
      </svg>
      {part !== null && part > 1 ? (
        <span className="number" title="More than the total: other rows are below zero, such as credits">
          {percent(part)}
          <span className="hidden-visually">, more than the total</span>
          <span aria-hidden="true">*</span>
        </span>
      ) : (
        <span className="number">{percent(part)}</span>
      )}
    </span>
  );
}

interface AmountProps {
  value: number;
  currency: string;
  atLeast?: boolean;
  /** The figure it is: it leads to why it is what it is. */
  why?: View | null | undefined;
  /** Whether that way is reached with the keyboard; by default it is. */
  reached?: boolean;
  children?: ReactNode;
}

/** An amount to the cent, all digits on hover; `atLeast` where data are missing behind it. */
export function Amount({ value, currency, atLeast, why, reached = true }: AmountProps) {
  const title = `${atLeast ? "At least " : ""}${moneyExact(value, currency)}${atLeast ? ": data are missing" : ""}`;
  const shown = (
    <span className={value === 0 ? "number zero" : "number"} title={title}>
      {atLeast ? <span className="at-least">≥</span> : null}
      {money(value, currency)}
    </span>
  );
  if (!why || value === 0) return shown;
  return (
    <Why figure={why} reached={reached}>
      {shown}
    </Why>
  );
}

/** How much of what was requested was used. */
export function Efficiency({ value }: { value: number | null }) {
  if (value === null) {
    return (
      <span className="muted" title="not measured">
        –
      </span>
    );
  }
  if (value <= 1) return <span className="number">{percent(value)}</span>;
  return (
    <span className="number" title="More was used than requested: what is charged is the use">
      {percent(value)}
      <span className="hidden-visually">, more than requested</span>
      <span aria-hidden="true">*</span>
    </span>
  );
}
