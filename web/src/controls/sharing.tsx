/** What all others carry beside their own cost, and how it is divided among them: all of it in the address. */

import { lazy, Suspense } from "react";
import type { View } from "../url";
import { sharingWords } from "../words/sharing";
import { Menu } from "./menu";

/** The form is code of its own: most pages are read without it. */
const SharingForm = lazy(async () => ({ default: (await import("./sharing-form")).SharingForm }));

export function SharingChoice({ view }: { view: View }) {
  const words = sharingWords(view) || "None";
  return (
    <div className="choice">
      <span className="choice-title">Shared costs</span>
      <Menu label={words} name={`Shared costs: ${words}`} align="start">
        {(close) => (
          <Suspense fallback={<p className="menu-waiting muted">Loading…</p>}>
            <SharingForm view={view} onClose={close} />
          </Suspense>
        )}
      </Menu>
    </div>
  );
}
