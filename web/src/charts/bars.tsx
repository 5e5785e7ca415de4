/** Cost over time as stacked bars: drawing, hints on hover, legend, and the same numbers as a table. */

import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { isGap } from "../words/states";
import type { Drawing, Picture } from "./draw";
import { Hint } from "./hint";
import { Legend } from "./legend";
import { PLOT } from "./plot";
import { highestOf, type Stack, type Step } from "./stack";
import { ticksOf } from "./ticks";
import { Twin } from "./twin";

interface BarsProps {
  stack: Stack;
  currency: string;
  /** What the chart shows, for those who do not see it. */
  label: string;
  onPick?: ((id: string) => void) | undefined;
}

export function Bars({ stack, currency, label, onPick }: BarsProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<number | null>(null);
  const scale = useMemo(() => ticksOf(highestOf(stack, hidden)), [stack, hidden]);
  const { element, failed } = useDrawing({ stack, hidden, scale, currency }, onPick);
  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const inside = (event.clientX - box.left - PLOT.left) / (box.width - PLOT.left - PLOT.right);
    setAt(inside >= 0 && inside < 1 ? Math.floor(inside * stack.steps.length) : null);
  };
  const step = at === null ? undefined : stack.steps[at];
  return (
    <figure className="chart card" aria-label={label}>
      <div className="plot" onPointerMove={follow} onPointerLeave={() => setAt(null)}>
        <Bands steps={stack.steps} at={at} />
        <div className="plot-drawing" ref={element} aria-hidden="true" />
        {failed ? (
          <p className="plot-failed muted" role="status">
            The chart could not be loaded. The table below it has the same numbers.
          </p>
        ) : null}
        <Veil steps={stack.steps} max={scale.max} />
        {step && at !== null ? (
          <Hint stack={stack} hidden={hidden} at={at} step={step} currency={currency} />
        ) : null}
      </div>
      <Legend groups={stack.groups} hidden={hidden} onToggle={(id) => setHidden(toggled(hidden, id))} />
      <Twin stack={stack} currency={currency} label={label} />
    </figure>
  );
}

/** Draws with the lazily loaded library, again whenever what is drawn changes. */
function useDrawing({ stack, hidden, scale, currency }: Picture, onPick?: (id: string) => void) {
  const element = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [failed, setFailed] = useState(false);
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    let opened: Drawing | null = null;
    let gone = false;
    import("./draw").then(
      ({ open }) => {
        if (gone || !element.current) return;
        opened = open(element.current, (id) => pick.current?.(id));
        setDrawing(opened);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      opened?.close();
    };
  }, []);
  useEffect(
    () => drawing?.draw({ stack, hidden, scale, currency }),
    [drawing, stack, hidden, scale, currency],
  );
  return { element, failed };
}

/** Behind the bars: the step under the pointer, and the steps without data. */
function Bands({ steps, at }: { steps: readonly Step[]; at: number | null }) {
  return (
    <div className="bands" aria-hidden="true">
      <Before count={leading(steps)} of={steps.length} />
      {steps.map((step, index) =>
        index === at || isHole(step) ? (
          <div
            key={step.window.start}
            className={`band${index === at ? " band-at" : ""}${isHole(step) ? " band-hole" : ""}`}
            style={place(index, steps.length)}
          >
            {isHole(step) && steps.length <= 31 ? <span className="band-word">{step.state}</span> : null}
          </div>
        ) : null,
      )}
    </div>
  );
}

/** Over the bars: the hatch of the step that is still running. */
function Veil({ steps, max }: { steps: readonly Step[]; max: number }) {
  const index = steps.findIndex((step) => step.unfinished);
  const total = steps[index]?.total;
  if (!total || steps.length < 2) return null;
  const top = `${(1 - Math.min(1, total / max)) * 100}%`;
  return (
    <div className="bands" aria-hidden="true">
      <div className="band band-unfinished" style={{ ...place(index, steps.length), top }}>
        {steps.length <= 31 ? <span className="band-word">so far</span> : null}
      </div>
    </div>
  );
}

/** The days before the first data, which are no gap: nobody was there to be observed. */
function Before({ count, of }: { count: number; of: number }) {
  if (count === 0 || count === of) return null;
  return (
    <div className="band band-before" style={{ left: 0, width: `${(count / of) * 100}%` }}>
      {count / of > 0.2 ? <span className="band-word">before the first data</span> : null}
    </div>
  );
}

function leading(steps: readonly Step[]): number {
  const first = steps.findIndex((step) => step.state !== "before first seen");
  return first < 0 ? steps.length : first;
}

function isHole(step: Step): boolean {
  return step.total === null && isGap(step.state) && step.state !== "before first seen";
}

function place(index: number, count: number) {
  return { left: `${(index / count) * 100}%`, width: `${100 / count}%` };
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
