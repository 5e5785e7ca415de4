/** Cost over time as stacked bars: drawing, hints on hover, legend, and the same numbers as a table. */

import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Window } from "../api/schema";
import { isGap } from "../words/states";
import type { Drawing, Picture } from "./draw";
import { Hint } from "./hint";
import { Legend } from "./legend";
import { PLOT } from "./plot";
import { bordersOf, type ChartKind, highestOf, type Stack, type Step } from "./stack";
import { ticksOf } from "./ticks";
import { Twin } from "./twin";

/** The axis of shares. */
const PARTS = { max: 1, interval: 0.25 };

interface BarsProps {
  stack: Stack;
  currency: string;
  /** What the chart shows, for those who do not see it. */
  label: string;
  onPick?: ((id: string) => void) | undefined;
  /** The span of steps that was drawn over with the pointer. */
  onSpan?: ((window: Window) => void) | undefined;
  kind?: ChartKind;
}

export function Bars({ stack, currency, label, onPick, onSpan, kind = "bars" }: BarsProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const scale = useMemo(
    () => (kind === "share" ? PARTS : ticksOf(highestOf(stack, hidden, kind))),
    [stack, hidden, kind],
  );
  const { at, from, handlers, swept } = useSweep(stack.steps, onSpan);
  const pick = (id: string) => {
    if (!swept.current) onPick?.(id);
  };
  const { element, failed } = useDrawing({ stack, hidden, scale, currency, kind }, pick);
  const step = at === null ? undefined : stack.steps[at];
  return (
    <figure className="chart card" aria-label={label}>
      <div className="plot" data-sweeps={onSpan !== undefined} {...handlers}>
        <Bands steps={stack.steps} at={at} />
        {from !== null && at !== null && from !== at ? (
          <div className="bands" aria-hidden="true">
            <div className="band band-swept" style={spanOf(from, at, stack.steps.length)} />
          </div>
        ) : null}
        <div className="plot-drawing" ref={element} aria-hidden="true" />
        <Borders steps={stack.steps} />
        {failed ? (
          <p className="plot-failed muted" role="status">
            The chart could not be loaded. The table below it has the same numbers.
          </p>
        ) : null}
        {kind === "lines" ? null : <Veil steps={stack.steps} max={kind === "bars" ? scale.max : null} />}
        {kind === "bars" ? <Estimates steps={stack.steps} max={scale.max} whole={hidden.size === 0} /> : null}
        {step && at !== null && (from === null || from === at) ? (
          <Hint stack={stack} hidden={hidden} at={at} step={step} currency={currency} />
        ) : null}
      </div>
      <Legend groups={stack.groups} hidden={hidden} onToggle={(id) => setHidden(toggled(hidden, id))} />
      <Twin stack={stack} currency={currency} label={label} />
    </figure>
  );
}

/** Follows the pointer from step to step, and a press that moves over several steps. */
function useSweep(steps: readonly Step[], onSpan: BarsProps["onSpan"]) {
  const [at, setAt] = useState<number | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  // The press that ends a sweep is also a click on a bar; that one is not meant.
  const swept = useRef(false);
  const stepAt = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const inside = (event.clientX - box.left - PLOT.left) / (box.width - PLOT.left - PLOT.right);
    return inside >= 0 && inside < 1 ? Math.floor(inside * steps.length) : null;
  };
  const handlers = {
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => setAt(stepAt(event)),
    onPointerLeave: () => {
      setAt(null);
      setFrom(null);
    },
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      swept.current = false;
      if (onSpan && event.button === 0 && event.pointerType !== "touch") setFrom(stepAt(event));
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
      const to = stepAt(event);
      setFrom(null);
      if (from === null || to === null || from === to) return;
      swept.current = true;
      const [first, last] = [steps[Math.min(from, to)], steps[Math.max(from, to)]];
      if (first && last) onSpan?.({ start: first.window.start, end: last.window.end });
    },
  };
  return { at, from, handlers, swept };
}

/** Draws with the lazily loaded library, again whenever what is drawn changes. */
function useDrawing({ stack, hidden, scale, currency, kind }: Picture, onPick?: (id: string) => void) {
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
    () => drawing?.draw({ stack, hidden, scale, currency, kind }),
    [drawing, stack, hidden, scale, currency, kind],
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

/** Where billed steps and those at list price meet: the two sides are at unlike prices. */
function Borders({ steps }: { steps: readonly Step[] }) {
  return (
    <div className="bands" aria-hidden="true">
      {bordersOf(steps).map(({ at, before }) => (
        <div key={at} className="border-of-bills" style={{ left: `${(at / steps.length) * 100}%` }}>
          <span>{before ? "billed | list" : "list | billed"}</span>
        </div>
      ))}
    </div>
  );
}

/** Over the drawing: the hatch of the step that is still running, as high as its bar where there are bars. */
function Veil({ steps, max }: { steps: readonly Step[]; max: number | null }) {
  const index = steps.findIndex((step) => step.unfinished);
  const total = steps[index]?.total;
  if (!total || steps.length < 2) return null;
  const top = max === null ? "0" : `${(1 - Math.min(1, total / max)) * 100}%`;
  return (
    <div className="bands" aria-hidden="true">
      <div className="band band-unfinished" style={{ ...place(index, steps.length), top }}>
        {steps.length <= 31 ? <span className="band-word">so far</span> : null}
      </div>
    </div>
  );
}

/** Over the drawing: the estimated part of each step, at the top of its bar; only where all of the bar is drawn. */
function Estimates({ steps, max, whole }: { steps: readonly Step[]; max: number; whole: boolean }) {
  if (!whole || steps.length < 2) return null;
  return (
    <div className="bands" aria-hidden="true">
      {steps.map(({ window, estimated, total }, at) =>
        total && estimated > 0 ? (
          <div
            key={window.start}
            className="band band-estimated"
            style={{
              ...place(at, steps.length),
              top: `${(1 - Math.min(1, total / max)) * 100}%`,
              bottom: "auto",
              height: `${Math.min(1, estimated / max) * 100}%`,
            }}
          >
            {steps.length <= 31 ? <span className="band-word">estimated</span> : null}
          </div>
        ) : null,
      )}
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

function spanOf(from: number, to: number, count: number) {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  return { left: `${(first / count) * 100}%`, width: `${((last - first + 1) / count) * 100}%` };
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
