/** A distribution of use as bars on a logarithmic scale, against what is asked for, what is recommended, and the limit. */

import type { ResourceAdvice } from "../../api/schema";

interface HistogramProps {
  title: string;
  advice: ResourceAdvice;
  words: (value: number | null) => string;
}

const WIDTH = 480;
const HEIGHT = 120;
const TOP = 30;
const BASE = 100;
const STEPS_OF_TWO = 8;

const place = (value: number): number => Math.log2(value) * STEPS_OF_TWO;

interface Mark {
  readonly name: string;
  readonly value: number;
}

/** Lines of values; those that are nowhere are left out. */
function marksOf({ now, request, limit, peak }: ResourceAdvice): readonly Mark[] {
  const every = [
    { name: "asked", value: now },
    { name: "recommended", value: request },
    { name: "highest", value: peak },
    { name: "limit", value: limit },
  ];
  return every.filter((mark): mark is Mark => mark.value !== null && mark.value > 0);
}

export function Histogram({ title, advice, words }: HistogramProps) {
  const { distribution } = advice;
  if (!distribution || distribution.upper.length === 0) {
    return <p className="muted">{distribution ? "Next to nothing was used." : "No distribution."}</p>;
  }
  const marks = marksOf(advice);
  const bars = distribution.upper.map((upper, at) => ({
    at: Math.round(place(upper)),
    points: distribution.points[at] ?? 0,
  }));
  const places = [...bars.map(({ at }) => at), ...marks.map(({ value }) => place(value))];
  const first = Math.floor(Math.min(...places)) - 2;
  const last = Math.ceil(Math.max(...places)) + 2;
  const x = (at: number) => ((at - first) / (last - first)) * WIDTH;
  const most = Math.max(...bars.map(({ points }) => points));
  const said = marks.map(({ name, value }) => `${name} ${words(value)}`).join(", ");
  return (
    <figure className="saving-histogram">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title} used, in points of five minutes; ${said}`}
      >
        <line x1={0} x2={WIDTH} y1={BASE} y2={BASE} className="saving-base" />
        {bars.map(({ at, points }) => {
          const height = Math.max(((BASE - TOP) * points) / most, 1);
          return (
            <rect
              key={at}
              x={x(at - 1) + 0.5}
              width={Math.max(x(at) - x(at - 1) - 1, 1)}
              y={BASE - height}
              height={height}
              className="saving-bar"
            >
              <title>{`up to ${words(2 ** (at / STEPS_OF_TWO))}: ${points} points`}</title>
            </rect>
          );
        })}
        {marks.map(({ name, value }) => (
          <line
            key={name}
            x1={x(place(value))}
            x2={x(place(value))}
            y1={TOP - 12}
            y2={BASE}
            className={`saving-mark saving-mark-${name}`}
          />
        ))}
        <text x={2} y={HEIGHT - 6} className="saving-tick">
          {words(2 ** (first / STEPS_OF_TWO))}
        </text>
        <text x={WIDTH - 2} y={HEIGHT - 6} textAnchor="end" className="saving-tick">
          {words(2 ** (last / STEPS_OF_TWO))}
        </text>
      </svg>
      <figcaption className="saving-legend number">
        {marks.map(({ name, value }) => (
          <span key={name}>
            <i className={`saving-swatch saving-mark-${name}`} aria-hidden="true" />
            {`${name} ${words(value)}`}
          </span>
        ))}
        {distribution.near_zero > 0 ? (
          <span>{`${distribution.near_zero} points of next to nothing`}</span>
        ) : null}
      </figcaption>
    </figure>
  );
}
