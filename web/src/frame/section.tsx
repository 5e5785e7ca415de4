/** A part of a page under a heading of its own. */

import type { ReactNode } from "react";

export function Section({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  const id = title.replace(/\W+/g, "-").toLowerCase();
  return (
    <section className="stack" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        {note ? <p className="muted">{note}</p> : null}
      </div>
      {children}
    </section>
  );
}
