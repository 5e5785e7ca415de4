/** What all others carry beside their own cost, and how it is divided among them: all of it in the address. */

import { lazy, Suspense } from "react";
import type { View } from "../url";
import { sharingWords } from "../words/sharing";
import { Menu } from "./menu";

/** The form is code of its own: most pages are read without it. */
const SharingForm = lazy(async () => ({ default: (await import("./sharing-form")).SharingForm }));

/** The menu under its title, in a row of choices. */
export function SharingChoice({ view }: { view: View }) {
  const words = sharingWords(view) || "None";
  return (
    <div className="choice">
      <span className="choice-title">Shared costs</span>
      <SharingMenu view={view} label={words} align="start" />
    </div>
  );
}

interface SharingMenuProps {
  view: View;
  label?: string;
  align?: "start" | "end";
}

export function SharingMenu({ view, label, align = "end" }: SharingMenuProps) {
  const words = sharingWords({ ...view, idle: view.page === "explore" ? "" : view.idle });
  const own = label ?? (words ? `Shared: ${words}` : "Shared costs");
  return (
    <Menu label={own} name={own === label ? `Shared costs: ${own}` : own} align={align}>
      {(close) => (
        <Suspense fallback={<p className="menu-waiting muted">Loading…</p>}>
          <SharingForm view={view} onClose={close} />
        </Suspense>
      )}
    </Menu>
  );
}
