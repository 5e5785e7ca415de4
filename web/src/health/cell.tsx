/** One window of the strip, or a run of alike ones: solid, filled in part, outlined, dashed, crossed. */

import type { HealthCell } from "../api/schema";
import { stateOf } from "../words/states";
import { isObserved } from "./window";

export const CELL_HEIGHT = 20;
const INSET = 3;

/** A window that is not over, observed as far as it has come. */
export const RUNNING = "running";

export interface Block {
  readonly state: string;
  /** First cell, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** How much of it is filled, 0 to 1. */
  readonly share: number;
}

/** Neighbouring windows without data become one outline: a long silence is one thing, not a hundred. */
export function blocksOf(cells: readonly HealthCell[], asOf: string | undefined): readonly Block[] {
  const blocks: Block[] = [];
  for (const [index, cell] of cells.entries()) {
    const state = stateIn(cell, asOf);
    const last = blocks.at(-1);
    if (last && last.state === state && ["late", "missing"].includes(state)) {
      blocks[blocks.length - 1] = { ...last, to: index + 1 };
    } else {
      blocks.push({ state, from: index, to: index + 1, share: filled(cell) });
    }
  }
  return blocks;
}

function stateIn(cell: HealthCell, asOf: string | undefined): string {
  if (cell.state !== "partial" || asOf === undefined || Date.parse(cell.window.end) <= Date.parse(asOf))
    return cell.state;
  return isObserved(cell, asOf) ? RUNNING : cell.state;
}

function filled(cell: HealthCell): number {
  const minutes = (Date.parse(cell.window.end) - Date.parse(cell.window.start)) / 60_000;
  return Math.max(0, Math.min(1, (cell.coverage_minutes ?? 0) / minutes));
}

interface CellProps {
  state: string;
  x: number;
  width: number;
  share: number;
}

export function Cell({ state, x, width, share }: CellProps) {
  const [top, height] = [INSET, CELL_HEIGHT - 2 * INSET];
  const box = { x, y: top, width, height };
  const line = {
    fill: "none",
    stroke: "currentColor",
    strokeWidth: 1.2,
    vectorEffect: "non-scaling-stroke",
  } as const;
  if (state === "before first seen") return null;
  if (state === "complete") return <rect {...box} className="cell-whole" fill="currentColor" />;
  if (state === "estimated") return <rect {...box} className="tone-info" fill="currentColor" opacity={0.6} />;
  const part = { x, width, y: top + height * (1 - share), height: height * share, fill: "currentColor" };
  if (state === RUNNING) return <rect {...part} className="cell-whole" />;
  return (
    <g className={`tone-${stateOf(state).tone}`}>
      <rect {...box} {...line} strokeDasharray={state === "missing" ? "3 2.5" : undefined} />
      {state === "partial" ? <rect {...part} /> : null}
      {state === "damaged" ? (
        <path d={`M${x} ${top}l${width} ${height}m0-${height}l-${width} ${height}`} {...line} />
      ) : null}
      {state === "refused" ? <path d={`M${x} ${top + height}l${width}-${height}`} {...line} /> : null}
    </g>
  );
}
