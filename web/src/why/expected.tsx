/** Mark an event as expected, with a note; events that were marked, and taking a mark back. */

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { addressOf, change } from "../api/client";
import { useAsked } from "../api/hooks";
import { anomalyParameters } from "../api/questions";
import type { AnomalyEvent, ExpectedAnomalies, ExpectedAnomaly } from "../api/schema";
import type { View } from "../url";
import { partWords } from "../words/names";
import { dateTime, dayOf } from "../words/window";

const ROUTE = "api/v1/anomalies/expected";

/** What was marked; nothing while it is asked for. */
export function useExpected(): ExpectedAnomalies | undefined {
  return useAsked<ExpectedAnomalies>(addressOf(ROUTE)).data;
}

/** The mark of an event; beyond what was expected it has none. */
export function markOf(
  event: Pick<AnomalyEvent, "id" | "excess">,
  marks: readonly ExpectedAnomaly[],
): ExpectedAnomaly | undefined {
  return marks.find(({ id, up_to }) => id === event.id && Math.abs(Number(event.excess)) <= Number(up_to));
}

/** A button that asks for the reason, and then marks the event. */
export function MarkExpected({ event, query }: { event: AnomalyEvent; query: View }) {
  const [open, setOpen] = useState(false);
  const [failure, save] = useChange();
  const note = useId();
  if (!open) {
    return (
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Expected …
      </button>
    );
  }
  return (
    <form
      action={async (data) => {
        const body = { note: String(data.get("note") ?? "").trim() };
        await save(change("PUT", addressOf(`${ROUTE}/${event.id}`, anomalyParameters(query)), body));
      }}
    >
      <label htmlFor={note} className="hidden-visually">
        Why it is expected
      </label>
      <input
        id={note}
        name="note"
        className="field"
        required
        maxLength={1000}
        placeholder="why it is expected"
      />
      <button type="submit" className="button">
        Mark
      </button>
      <Failure failure={failure} />
    </form>
  );
}

/** The events that were expected, each with who knew it and why. */
export function Expected({ marks, writable }: { marks: readonly ExpectedAnomaly[]; writable: boolean }) {
  const [failure, save] = useChange();
  if (marks.length === 0) return null;
  return (
    <details>
      <summary>{`${marks.length} more ${marks.length === 1 ? "is" : "are"} expected`}</summary>
      <ul className="plain">
        {marks.map((mark) => (
          <li key={`${mark.id} ${mark.part}`}>
            {`${Object.values(mark.key).map(partWords).join(" / ")}, ${dayOf(new Date(mark.day), false)}: ${mark.note}`}{" "}
            <span className="muted">{`${mark.by}, ${dateTime(mark.at)}`}</span>{" "}
            {writable ? (
              <button
                type="button"
                className="button"
                onClick={() => void save(change("DELETE", addressOf(`${ROUTE}/${mark.id}`)))}
              >
                Not expected
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      <Failure failure={failure} />
    </details>
  );
}

function Failure({ failure }: { failure: Error | null }) {
  if (failure === null) return null;
  return (
    <span className="tone-bad" role="alert">
      Not changed: {failure.message}
    </span>
  );
}

/** What went wrong with the last change, and what waits for one and reads the marks again. */
function useChange(): readonly [Error | null, (changed: Promise<void>) => Promise<void>] {
  const client = useQueryClient();
  const [failure, setFailure] = useState<Error | null>(null);
  const save = async (changed: Promise<void>) => {
    try {
      await changed;
      setFailure(null);
      await client.invalidateQueries({ queryKey: [addressOf(ROUTE)] });
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return [failure, save];
}
