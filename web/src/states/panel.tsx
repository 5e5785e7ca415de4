/** A part of a page with an answer of its own: waiting and failing take a line of it, not the page. */

import { type ReactNode, useId } from "react";
import type { Asked } from "../api/hooks";

interface PanelProps<Body> {
  title: string;
  asked: Pick<Asked<Body>, "data" | "error">;
  children: (body: Body) => ReactNode;
}

export function Panel<Body>({ title, asked: { data, error }, children }: PanelProps<Body>) {
  const id = useId();
  return (
    <section className="card panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {data === undefined ? (
        <p className="muted">{error ? `Could not be read: ${error.message}` : "Reading…"}</p>
      ) : (
        children(data)
      )}
    </section>
  );
}
