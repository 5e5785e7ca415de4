/** A card that is loaded, and asks, when it comes into view. */

import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";

export function SeenCard({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  const [place, seen] = useSeen();
  const waiting = <p className="muted">Loading…</p>;
  return (
    <section className="card panel" aria-labelledby={id} ref={place}>
      <h2 id={id}>{title}</h2>
      {seen ? <Suspense fallback={waiting}>{children}</Suspense> : waiting}
    </section>
  );
}

/** Whether an element has come into view; where the browser cannot say, it has. */
function useSeen() {
  const place = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || seen) return;
    if (typeof IntersectionObserver === "undefined") {
      setSeen(true);
      return;
    }
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [seen]);
  return [place, seen] as const;
}
