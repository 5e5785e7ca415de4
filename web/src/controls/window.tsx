/** The window: one of the usual ones, or two dates. */

import { useRef } from "react";
import type { Window } from "../api/schema";
import { show } from "../location";
import type { View } from "../url";
import { capital } from "../words/states";
import { rangeOf, WINDOWS, windowWords } from "../words/window";
import { Choice, type Option } from "./choice";

const CUSTOM = "custom";
const DAY_MS = 86_400_000;

interface WindowChoiceProps {
  view: View;
  /** What the window means now, to start the dates from. */
  answered?: Window | undefined;
}

export function WindowChoice({ view, answered }: WindowChoiceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const value = view.window;
  const range = rangeOf(value);
  const usual = WINDOWS.some(([known]) => known === value);
  const own: readonly Option[] = usual ? [] : [[value, capital(windowWords(value))]];
  const onChoose = (window: string) => show({ ...view, window });
  const choose = (window: string) => (window === CUSTOM ? dialog.current?.showModal() : onChoose(window));
  return (
    <>
      <Choice
        title="Window"
        value={value}
        options={[...own, ...WINDOWS, [CUSTOM, "Dates…"]]}
        onChoose={choose}
        shortcut="w"
      />
      <dialog ref={dialog} className="dialog" aria-labelledby="window-title">
        <DatesForm start={range ?? answered} onChoose={onChoose} onClose={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

interface DatesFormProps {
  start: Window | null | undefined;
  onChoose: (window: string) => void;
  onClose: () => void;
}

/** First and last day, both included; the window itself is half-open. */
function DatesForm({ start, onChoose, onClose }: DatesFormProps) {
  const apply = (data: FormData) => {
    const first = Date.parse(String(data.get("first")));
    const last = Date.parse(String(data.get("last")));
    if (Number.isNaN(first) || Number.isNaN(last)) return;
    onChoose(`${iso(Math.min(first, last))},${iso(Math.max(first, last) + DAY_MS)}`);
    onClose();
  };
  return (
    <form action={apply} key={start?.start} className="dialog-form">
      <h2 id="window-title">Dates, in UTC</h2>
      <label>
        First day
        <input className="field" type="date" name="first" required defaultValue={start?.start.slice(0, 10)} />
      </label>
      <label>
        Last day, included
        <input
          className="field"
          type="date"
          name="last"
          required
          defaultValue={start ? lastDay(start) : undefined}
        />
      </label>
      <p className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button button-first">
          Show
        </button>
      </p>
    </form>
  );
}

function lastDay(window: Window): string {
  return new Date(Date.parse(window.end) - 1).toISOString().slice(0, 10);
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
