/** A row's course over the window as small bars; a step without data is a gap, the running one is pale. */

const WIDTH = 96;
const HEIGHT = 20;

interface SparkProps {
  values: readonly (number | null)[];
  /** The last step is still running. */
  unfinished: boolean;
  label: string;
  colour?: string;
}

export function Spark({ values, unfinished, label, colour = "var(--other)" }: SparkProps) {
  const highest = Math.max(...values.map((value) => value ?? 0));
  if (!(highest > 0)) return <span className="muted">–</span>;
  const step = WIDTH / values.length;
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg
      className="spark"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
    >
      {values.map((value, at) =>
        value === null ? null : (
          <rect
            // The steps never change places.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            key={at}
            x={at * step + step * 0.12}
            width={step * 0.76}
            y={HEIGHT - Math.max(1, (value / highest) * HEIGHT)}
            height={Math.max(1, (value / highest) * HEIGHT)}
            fill={colour}
            opacity={unfinished && at === last ? 0.4 : 0.85}
          />
        ),
      )}
    </svg>
  );
}
