/** One figure with its name and one line of context; the figure is a link to the query that made it. */

import type { ReactNode } from "react";
import { Go } from "../go";
import type { View } from "../url";

interface TileProps {
  title: string;
  to?: View | undefined;
  figure: ReactNode;
  children?: ReactNode;
}

export function Tile({ title, to, figure, children }: TileProps) {
  return (
    <section className="tile card">
      <h2>{title}</h2>
      <p className="tile-figure number">
        {to ? (
          <Go to={to} className="tile-link">
            {figure}
          </Go>
        ) : (
          figure
        )}
      </p>
      <div className="tile-under muted number">{children}</div>
    </section>
  );
}
