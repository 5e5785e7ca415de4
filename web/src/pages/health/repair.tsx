/** Order a repair from a cluster's agent: first what it would change, then, by whom that convinces, the change itself. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { addressOf, ask, order } from "../../api/client";
import type { Repair } from "../../api/schema";
import type { Trouble } from "../../health/window";
import { datesOf } from "../../words/window";
import { Differences } from "./differences";

const REPAIRS = "api/v1/repairs";
const POLL_MS = 2000;

export function RepairButton({ trouble }: { trouble: Trouble }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [opened, setOpened] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button"
        aria-label={`Repair ${trouble.cluster}, ${datesOf(trouble)}`}
        onClick={() => {
          setOpened(true);
          dialog.current?.showModal();
        }}
      >
        Repair…
      </button>
      <dialog
        ref={dialog}
        className="dialog dialog-wide"
        aria-label="Repair"
        onClose={() => setOpened(false)}
      >
        {opened ? <Orders trouble={trouble} onClose={() => dialog.current?.close()} /> : null}
      </dialog>
    </>
  );
}

/** The two orders: the dry run, and the one that changes something; each is asked after until it is answered. */
function Orders({ trouble, onClose }: { trouble: Trouble; onClose: () => void }) {
  const client = useQueryClient();
  const [id, setId] = useState("");
  const [failure, setFailure] = useState<Error | null>(null);
  const asked = useQuery<Repair, Error>({
    queryKey: [addressOf(`${REPAIRS}/${id}`)],
    queryFn: ({ signal }) => ask<Repair>(addressOf(`${REPAIRS}/${id}`), signal),
    enabled: id !== "",
    refetchInterval: ({ state }) => (state.data && state.data.state !== "waiting" ? false : POLL_MS),
  });
  const send = async (dry_run: boolean) => {
    const { cluster, start, end } = trouble;
    try {
      const made = await order<Repair>(addressOf(REPAIRS), { cluster, window: `${start},${end}`, dry_run });
      setFailure(null);
      setId(made.id);
      if (!dry_run) await client.invalidateQueries({ queryKey: [addressOf("api/v1/health/windows")] });
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const answer = asked.isPlaceholderData ? undefined : asked.data;
  const waiting = id !== "" && (!answer || answer.state === "waiting");
  return (
    <div className="dialog-form">
      <h2>{`Repair ${trouble.cluster}, ${datesOf(trouble)}`}</h2>
      <p className="muted">
        The cluster’s agent builds the window again from its metrics. A set that saw more is never replaced by
        one that saw less.
      </p>
      {failure ? (
        <p className="tone-bad" role="alert">
          Not ordered: {failure.message}
        </p>
      ) : null}
      {waiting ? (
        <p role="status">Ordered. The agent answers within its next round, up to five minutes.</p>
      ) : null}
      {answer && !waiting ? <Answered answer={answer} /> : null}
      <p className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
        {answer?.state === "done" && answer.dry_run ? (
          <button type="button" className="button button-first" onClick={() => send(false)}>
            Order the repair
          </button>
        ) : id === "" || failure ? (
          <button type="button" className="button button-first" onClick={() => send(true)}>
            Show what it would change
          </button>
        ) : null}
      </p>
    </div>
  );
}

function Answered({ answer }: { answer: Repair }) {
  if (answer.state !== "done") {
    return (
      <p role="status" className="tone-bad">
        {`The agent’s answer: ${answer.state}. ${answer.message}`}
      </p>
    );
  }
  return (
    <>
      <p role="status">{`${answer.dry_run ? "It would change" : "Done"}: ${answer.message}.`}</p>
      <Differences differences={answer.differences} />
    </>
  );
}
