/** Closes a month: at once where it is ready, with words for what is accepted as missing where it waits. */

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addressOf, order } from "../../api/client";
import type { Closing, StatementMonth } from "../../api/schema";

interface CloseMonthProps {
  found: StatementMonth;
  path: string;
  /** Of the answer that shows the month. */
  address: string;
}

export function CloseMonth({ found, path, address }: CloseMonthProps) {
  const client = useQueryClient();
  const [accepted, setAccepted] = useState("");
  const [failure, setFailure] = useState<Error | null>(null);
  const { state } = found.month;
  if (state !== "ready" && state !== "waiting") return null;
  const close = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await order<Closing>(addressOf(path), { accepted });
      setFailure(null);
      await client.invalidateQueries({ queryKey: [address] });
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <form className="controls" onSubmit={close}>
      {state === "waiting" ? (
        <input
          className="field"
          size={44}
          aria-label="What is accepted as missing"
          placeholder="What is accepted as missing, in words"
          value={accepted}
          onChange={(event) => setAccepted(event.target.value)}
        />
      ) : null}
      <button type="submit" className="button" disabled={state === "waiting" && accepted.trim() === ""}>
        Close this month
      </button>
      {failure ? (
        <p className="tone-bad" role="alert">
          It is not closed: {failure.message}
        </p>
      ) : null}
    </form>
  );
}
