/** The heat strip: one row a cluster, one cell a window, each state with its own shape. */

import { type PointerEvent, useState } from "react";
import type { HealthCell } from "../api/schema";
import { Go } from "../go";
import { StateShape } from "../marks/state";
import { viewOf } from "../url";
import { bytes } from "../words/hours";
import { allStates, capital } from "../words/states";
import { bucketTick, bucketWords, dateTime, dayOf } from "../words/window";
import { blocksOf, CELL_HEIGHT, Cell, RUNNING } from "./cell";

interface HealthStripProps {
  /** The time of the answer: a window that is not over then is running, not short. */
  asOf: string | undefined;
  clusters: readonly { readonly cluster: string; readonly cells: readonly HealthCell[] }[];
}

const RUNNING_WORDS = { word: RUNNING, meaning: "the window is not over; everything so far was observed" };

interface At {
  readonly row: number;
  readonly cell: number;
}

export function HealthStrip({ clusters, asOf }: HealthStripProps) {
  const [at, setAt] = useState<At | null>(null);
  const cells = clusters[0]?.cells ?? [];
  const entry = at === null ? undefined : clusters[at.row];
  const cell = at === null ? undefined : entry?.cells[at.cell];
  const states = new Set(clusters.flatMap((each) => blocksOf(each.cells, asOf).map((block) => block.state)));
  return (
    <figure
      className="card strip"
      aria-label="States of the windows, cluster by cluster; the table lists what is not complete"
    >
      <div className="strip-rows" onPointerLeave={() => setAt(null)}>
        {clusters.map(({ cluster, cells: own }, row) => (
          <div className="strip-row" key={cluster}>
            <Go to={viewOf("cluster", { path: [cluster] })} className="strip-name quiet-link">
              {cluster}
            </Go>
            <Row
              asOf={asOf}
              cells={own}
              at={at?.row === row ? at.cell : null}
              onAt={(index) => setAt({ row, cell: index })}
            />
          </div>
        ))}
        <Axis cells={cells} />
        {entry && cell && at ? (
          <CellHint cluster={entry.cluster} cell={cell} at={at} count={entry.cells.length} />
        ) : null}
      </div>
      <ul className="strip-legend">
        {[...allStates(), RUNNING_WORDS]
          .filter((state) => states.has(state.word))
          .map((state) => (
            <li key={state.word} title={state.meaning}>
              <svg width="14" height="16" viewBox={`0 0 14 ${CELL_HEIGHT}`} aria-hidden="true">
                <Cell state={state.word} x={1} width={12} share={0.6} />
              </svg>
              {capital(state.word)}
            </li>
          ))}
      </ul>
    </figure>
  );
}

interface RowProps {
  cells: readonly HealthCell[];
  asOf: string | undefined;
  at: number | null;
  onAt: (index: number) => void;
}

const UNIT = 10;

function Row({ cells, asOf, at, onAt }: RowProps) {
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * cells.length);
    onAt(Math.max(0, Math.min(cells.length - 1, index)));
  };
  return (
    <svg
      className="strip-cells"
      viewBox={`0 0 ${cells.length * UNIT} ${CELL_HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerMove={follow}
    >
      {at === null ? null : <rect x={at * UNIT} width={UNIT} height={CELL_HEIGHT} className="strip-at" />}
      {blocksOf(cells, asOf).map(({ state, from, to, share }) => (
        <Cell key={from} state={state} x={from * UNIT + 1} width={(to - from) * UNIT - 2} share={share} />
      ))}
    </svg>
  );
}

/** Further to the right a mark has no room for its date. */
const LAST_LABEL = 0.95;

/** Dates under the strip, at the first window of each day or of every few days. */
function Axis({ cells }: { cells: readonly HealthCell[] }) {
  const hourly = cells.length > 0 && cells[0] !== undefined && coverageSpan(cells[0]) < 1440;
  const every = hourly ? (cells.length > 30 ? 24 : 6) : Math.max(1, Math.ceil(cells.length / 10));
  const first = cells.findIndex(
    (cell) => !hourly || new Date(cell.window.start).getUTCHours() % Math.min(every, 24) === 0,
  );
  const marks = cells
    .map((cell, index) => ({ cell, index }))
    .filter(({ index }) => first >= 0 && (index - first) % every === 0);
  return (
    <div className="strip-axis number" aria-hidden="true">
      {marks.map(({ cell, index }) => (
        <span key={cell.window.start} style={{ left: `${(index / cells.length) * 100}%` }}>
          {index / cells.length > LAST_LABEL
            ? ""
            : every === 24 || !hourly
              ? dayOf(new Date(cell.window.start), false)
              : bucketTick(cell.window)}
        </span>
      ))}
    </div>
  );
}

function coverageSpan(cell: HealthCell): number {
  return (Date.parse(cell.window.end) - Date.parse(cell.window.start)) / 60_000;
}

interface CellHintProps {
  cluster: string;
  cell: HealthCell;
  at: At;
  count: number;
}

function CellHint({ cluster, cell, at, count }: CellHintProps) {
  const centre = (at.cell + 0.5) / count;
  const side = centre < 0.5 ? { left: `${centre * 100}%` } : { right: `${(1 - centre) * 100}%` };
  const facts: readonly (readonly [string, string | null])[] = [
    [
      "Observed",
      cell.coverage_minutes === null ? null : `${cell.coverage_minutes} of ${coverageSpan(cell)} min`,
    ],
    ["Cause", cell.cause],
    ["Rows", cell.rows === null ? null : cell.rows.toLocaleString("en-US")],
    ["Size", cell.size_bytes === null ? null : bytes(cell.size_bytes)],
    ["Written", cell.written_at && `${dateTime(cell.written_at)} UTC`],
    ["Ingested", cell.ingested_at && `${dateTime(cell.ingested_at)} UTC`],
    ["Path", cell.path],
  ];
  return (
    <div className="strip-hint-place" style={{ top: `${(at.row + 1) * 1.5}rem` }} aria-hidden="true">
      <div className="hint strip-hint" style={side}>
        <p className="hint-head">
          <span>
            {cluster}, {bucketWords(cell.window)}
          </span>
          <span className="state">
            <StateShape state={cell.state} /> {capital(cell.state)}
          </span>
        </p>
        <dl className="facts number">
          {facts.map(([name, value]) =>
            value === null ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
      </div>
    </div>
  );
}
