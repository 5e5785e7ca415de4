/** A whole in its parts, as one bar of 100 %. */

import { percent } from "../words/percent";

export interface Part {
  readonly title: string;
  readonly share: number;
  readonly colour: string;
}

export function Split({ parts }: { parts: readonly Part[] }) {
  const label = parts.map((part) => `${part.title} ${percent(part.share)}`).join(", ");
  let at = 0;
  return (
    <svg className="split" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      {parts.map((part) => {
        const start = at;
        at += Math.max(0, part.share) * 100;
        return (
          <rect
            key={part.title}
            x={start}
            width={Math.max(0, part.share) * 100}
            height="8"
            fill={part.colour}
          />
        );
      })}
    </svg>
  );
}

export function SplitLegend({ parts }: { parts: readonly Omit<Part, "share">[] }) {
  return (
    <ul className="split-legend">
      {parts.map((part) => (
        <li key={part.title}>
          <span className="swatch" style={{ background: part.colour }} aria-hidden="true" />
          {part.title}
        </li>
      ))}
    </ul>
  );
}
