/** Other installations: those the configuration names and those people added; an unreachable one says so. */

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addressOf, change } from "../api/client";
import { type Context, contextsOf, isHere, type Reach, reachOf } from "../api/contexts";
import { useAsked } from "../api/hooks";
import { Icon } from "../marks/icon";
import { StateShape } from "../marks/state";
import { line } from "../words/figures";

const ROUTE = "model/clusters";

export function Elsewhere() {
  const asked = useAsked<unknown>(addressOf(ROUTE));
  const [failure, setFailure] = useState<Error | null>(null);
  const client = useQueryClient();
  const after = (work: Promise<void>) =>
    work
      .then(() => client.invalidateQueries({ queryKey: [addressOf(ROUTE)] }))
      .then(() => setFailure(null), setFailure);
  const contexts = contextsOf(asked.data);
  const others = contexts.filter((context) => !isHere(context, window.location.href));
  return (
    <section className="elsewhere" aria-labelledby="installations">
      <h2 id="installations">Installations</h2>
      {asked.error ? <p className="tone-bad">The list could not be read: {asked.error.message}</p> : null}
      <ul className="menu-list">
        <li className="elsewhere-entry elsewhere-here" aria-current="true">
          <StateShape state="complete" />
          <span>
            This one<span className="menu-note">{window.location.host}</span>
          </span>
        </li>
        {others.map((context) => (
          <Entry
            key={context.id}
            context={context}
            onRemove={() => after(change("DELETE", addressOf(`${ROUTE}/${encodeURIComponent(context.id)}`)))}
          />
        ))}
      </ul>
      {others.length === 0 && asked.data !== undefined ? (
        <p className="muted">No other installation is known here yet.</p>
      ) : null}
      <Add onAdd={(body) => after(change("PUT", addressOf(ROUTE), body))} />
      {failure ? (
        <p className="tone-bad" role="alert">
          Not changed: {failure.message}
        </p>
      ) : null}
    </section>
  );
}

const SIGNS: Readonly<Record<Reach["state"], string>> = {
  reachable: "complete",
  unreachable: "missing",
  unknown: "before first seen",
};

function Entry({ context, onRemove }: { context: Context; onRemove: () => void }) {
  const { state, reason } = reachOf(context);
  const words = [
    state === "reachable" ? "answers" : "",
    state === "unreachable" ? `does not answer${reason ? `: ${reason}` : ""}` : "",
    context.provisioned ? "by configuration" : "added here",
  ];
  return (
    <li className="elsewhere-entry">
      <a className="menu-item" href={context.address}>
        <StateShape state={SIGNS[state]} />
        <span>
          {context.name}
          <span className="menu-note">{context.address}</span>
          <span className={state === "unreachable" ? "menu-note tone-bad" : "menu-note"}>
            {line(...words)}
          </span>
        </span>
      </a>
      {context.provisioned ? null : (
        <button
          type="button"
          className="icon-button"
          aria-label={`Forget ${context.name}`}
          onClick={onRemove}
        >
          <Icon name="close" size={13} />
        </button>
      )}
    </li>
  );
}

function Add({ onAdd }: { onAdd: (body: { name: string; address: string }) => Promise<void> }) {
  const add = (data: FormData) =>
    onAdd({ name: String(data.get("name")).trim(), address: String(data.get("address")).trim() });
  return (
    <form className="elsewhere-add" action={add}>
      <input className="field" name="name" required maxLength={80} placeholder="Name" aria-label="Name" />
      <input
        className="field"
        name="address"
        type="url"
        required
        placeholder="https://costs.example.org"
        aria-label="Address"
      />
      <button type="submit" className="button">
        Add
      </button>
    </form>
  );
}
