/** What every screen that is not an answer has: a title and a tone. */

import type { ReactNode } from "react";

interface ScreenProps {
  title: string;
  tone?: "quiet" | "bad" | "info";
  role?: "status" | "alert";
  children: ReactNode;
}

export function Screen({ title, tone = "quiet", role = "status", children }: ScreenProps) {
  return (
    <section className={`screen screen-${tone}`} role={role}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
