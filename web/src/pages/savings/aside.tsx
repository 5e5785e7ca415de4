/** Put a saving aside, with until when and why; or take it back. */

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { addressOf, change } from "../../api/client";
import { useAsked } from "../../api/hooks";
import type { ArchivedSavings, Saving } from "../../api/schema";
import { Icon } from "../../marks/icon";
import { dateTime } from "../../words/window";

const ROUTE = "api/v1/savings/archive";
const DAY_MS = 86_400_000;

export function Aside({ saving }: { saving: Saving }) {
  const asked = useAsked<ArchivedSavings>(addressOf(ROUTE));
  const client = useQueryClient();
  const [failure, setFailure] = useState<Error | null>(null);
  const writable = asked.data !== undefined && !asked.data.read_only;
  const address = addressOf(`${ROUTE}/${saving.id}`);
  const after = async (changed: Promise<void>) => {
    try {
      await changed;
      setFailure(null);
      await client.invalidateQueries({
        predicate: ({ queryKey: [key] }) => String(key).startsWith(addressOf("api/v1/savings")),
      });
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const { archived } = saving;
  return (
    <>
      {archived ? (
        <span className="muted">
          {`Put aside by ${archived.by} on ${dateTime(archived.at)}${archived.until ? ` until ${dateTime(archived.until)}` : ""}${archived.note ? `: ${archived.note}` : ""} `}
        </span>
      ) : null}
      {archived && writable ? (
        <button type="button" className="button" onClick={() => void after(change("DELETE", address))}>
          Take back
        </button>
      ) : null}
      {!archived && writable ? <Form onPut={(body) => void after(change("PUT", address, body))} /> : null}
      {failure ? (
        <span className="tone-bad" role="alert">
          Not changed: {failure.message}
        </span>
      ) : null}
    </>
  );
}

function Form({ onPut }: { onPut: (body: { until: string; note: string }) => void }) {
  const note = useId();
  return (
    <form
      className="saving-aside"
      action={(data) => {
        const days = Number(data.get("days"));
        const until = days ? new Date(Date.now() + days * DAY_MS).toISOString() : "";
        onPut({ until, note: String(data.get("note") ?? "").trim() });
      }}
    >
      <label htmlFor={note}>Why it is put aside</label>
      <input id={note} name="note" className="field" maxLength={1000} placeholder="kept for the audit" />
      <span className="choice-field">
        <select name="days" aria-label="For how long" defaultValue="90">
          <option value="30">for 30 days</option>
          <option value="90">for 90 days</option>
          <option value="0">for good</option>
        </select>
        <Icon name="down" size={14} />
      </span>
      <button type="submit" className="button">
        Put aside
      </button>
    </form>
  );
}
