/**
 * The screens for everything that is not an answer. Each is different, because each asks for something else:
 * to wait, to install, to loosen a filter, to ask for access, to try again.
 */

import { lazy, Suspense } from "react";
import type { ProblemError, SeveralCurrencies } from "../api/problem";
import { Go } from "../go";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { money } from "../words/money";
import { capital } from "../words/states";
import { Screen } from "./screen";

/** The first ingest runs: nothing is wrong, and the page comes by itself. */
export function Starting({ error }: { error: ProblemError }) {
  const { progress, detail } = error.problem;
  return (
    <Screen title="Starting" tone="info">
      <p>{detail ?? "The server is reading the bucket."} This page shows itself when it is ready.</p>
      {progress ? (
        <div className="progress">
          <progress value={progress.done} max={progress.total} aria-label="Sets read" />
          <p className="muted number">
            {progress.done.toLocaleString("en-US")} of {progress.total.toLocaleString("en-US")} sets read
          </p>
        </div>
      ) : null}
    </Screen>
  );
}

/** The first answer is on its way: the page's shape without its content. */
export function Loading({ rows = 8, chart = true }: { rows?: number; chart?: boolean }) {
  return (
    <div className="loading" role="status" aria-label="Loading">
      {chart ? <div className="bone bone-chart" /> : null}
      <div className="card">
        {Array.from({ length: rows }, (_, row) => (
          // The bones never change places.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <div className="bone-row" key={row}>
            <div className={`bone bone-${row % 4}`} />
            <div className="bone bone-end" />
          </div>
        ))}
      </div>
    </div>
  );
}

const FirstSteps = lazy(async () => ({ default: (await import("./empty-fleet")).EmptyFleet }));

/** No cluster has ever reported. */
export function EmptyFleet() {
  return (
    <Suspense fallback={null}>
      <FirstSteps />
    </Suspense>
  );
}

/** Nothing was added up: which currencies there are, and the way to one of them. */
export function Several({ error, view }: { error: SeveralCurrencies; view: View }) {
  return (
    <Screen
      title={view.currency ? `No rates into ${view.currency}` : "These costs are in several currencies"}
      tone="info"
    >
      <p>
        Amounts in different currencies are never added. Choose one: what there is a rate for is converted,
        and the page says what is left out.
      </p>
      <ul className="plain">
        {error.sums.map(({ currency, totals }) => (
          <li key={currency}>
            <span className="number">{money(totals["total_cost"] ?? 0, currency)}</span> are in {currency}.{" "}
            <Go to={{ ...view, currency }} className="inline-link">
              Show all in {currency}
            </Go>
          </li>
        ))}
      </ul>
    </Screen>
  );
}

/** The filter matches nothing in this window. */
export function EmptyFilter({ view }: { view: View }) {
  return (
    <Screen title="Nothing matches the filter in this window">
      <p>
        The clusters have data for this window, but none of it fits <code>{view.filter}</code>.
      </p>
      <p>
        <Go to={{ ...view, filter: "" }} className="button button-first">
          Clear the filter
        </Go>
      </p>
    </Screen>
  );
}

/** The window lies before everything that was ever collected or is still kept. */
export function EmptyBefore({ view, first }: { view: View; first: string | null }) {
  return (
    <Screen title="The window lies before the first data">
      <p>{first ? `The oldest data of these clusters is from ${first}.` : "No cluster has data that old."}</p>
      <p>
        <Go to={{ ...view, window: "7d" }} className="button button-first">
          Show the last 7 days
        </Go>
      </p>
    </Screen>
  );
}

/** The clusters are known and delivered nothing for this window. */
export function EmptyWindow({ health }: { health: View }) {
  return (
    <Screen title="No data for this window">
      <p>
        The clusters are known, but nothing that can be shown has arrived for this window. This is not a cost
        of zero.
      </p>
      <p>
        <Go to={health} className="button button-first">
          See what is missing
        </Go>
      </p>
    </Screen>
  );
}

export function NotAllowed({ error }: { error: ProblemError }) {
  return (
    <Screen title="You are not allowed to see this" role="alert">
      <p>{error.problem.detail ?? "The server refused the question."}</p>
      <p className="muted">
        Whoever runs this server can extend your access. <RequestId error={error} />
      </p>
    </Screen>
  );
}

interface FailedProps {
  error: ProblemError;
  retry: () => void;
  /** The view with the parameter that was refused set back. */
  reset?: View | undefined;
  /** The view with the word that was probably meant. */
  mended?: View | undefined;
}

/** The question could not be answered. */
export function Failed({ error, retry, reset, mended }: FailedProps) {
  const { title, detail, parameter, accepted, suggestion } = error.problem;
  return (
    <Screen
      title={
        parameter ? "This question cannot be answered" : capital(title ?? "The server did not answer it")
      }
      tone="bad"
      role="alert"
    >
      {detail ? (
        <p>{detail.split("`").map((words, at) => (at % 2 ? <code key={words}>{words}</code> : words))}</p>
      ) : null}
      {parameter ? (
        <dl className="facts">
          <dt>Parameter</dt>
          <dd>
            <code>{parameter}</code>
          </dd>
          <Value error={error} />
          {/* Where a word is suggested, the message leaves out what else there is. */}
          {accepted && suggestion ? (
            <>
              <dt>Accepted</dt>
              <dd>{accepted}</dd>
            </>
          ) : null}
        </dl>
      ) : null}
      <p className="screen-actions">
        {mended && suggestion ? (
          <Go to={mended} className="button button-first">
            Use {suggestion}
          </Go>
        ) : null}
        {reset ? (
          <Go to={reset} className={mended ? "button" : "button button-first"}>
            Set {parameter} back
          </Go>
        ) : null}
        <button type="button" className={reset ? "button" : "button button-first"} onClick={retry}>
          Try again
        </button>
        <RequestId error={error} />
      </p>
    </Screen>
  );
}

/** What was sent, with a mark where reading ended. */
function Value({ error }: { error: ProblemError }) {
  const { code, value, position } = error.problem;
  if (!value) return null;
  const at = code === "syntax" && position ? position - 1 : value.length;
  return (
    <>
      <dt>Sent</dt>
      <dd>
        <code>
          {value.slice(0, at)}
          {at < value.length ? <mark>{value.slice(at)}</mark> : null}
        </code>
      </dd>
    </>
  );
}

function RequestId({ error }: { error: ProblemError }) {
  const id = error.problem.request_id;
  if (!id) return null;
  return (
    <span className="muted">
      Request <code>{id}</code>
    </span>
  );
}

/** The last refresh failed; what is shown is older than it looks. */
export function Stale({ since, error, retry }: { since: string | null; error: Error; retry: () => void }) {
  return (
    <div className="notice notice-watch" role="status">
      <Icon name="warning" />
      <p>
        {since ? `Showing the answer of ${since}. ` : "Showing an earlier answer. "}
        The last refresh failed: {error.message}
      </p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
