/** Why a figure is what it is: its parts, each of which opens into its own, down to amount × price. */

import { useEffect, useRef, useState } from "react";
import { useAsked } from "../api/hooks";
import type { Explained, ExplainedPart } from "../api/schema";
import { isLowerBound } from "../completeness";
import { show } from "../location";
import { Icon } from "../marks/icon";
import { Amount } from "../marks/meter";
import { Outcome, Refusal } from "../states/outcome";
import { format, type View } from "../url";
import { conversionWords } from "../words/conversion";
import { COSTS } from "../words/costs";
import { line } from "../words/figures";
import { partWords } from "../words/names";
import { capital } from "../words/states";
import { datesOf } from "../words/window";
import { explainAddress, readFigure } from "./figure";

const MORE: Readonly<Record<string, string>> = {
  direct_cost: "Direct",
  idle_cost: "Idle",
  estimated_cost: "Estimated",
  cost_estimated: "Estimated",
  cost: "List",
  adjustment: "Adjustment",
};

export function WhyDrawer({ view }: { view: View }) {
  const figure = readFigure(view.why);
  return <Drawer key={format({ ...figure, tab: "" })} figure={figure} view={view} />;
}

function Drawer({ figure, view }: { figure: View; view: View }) {
  const asked = useAsked<Explained>(explainAddress(figure, ""));
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    opener.current = document.activeElement;
    heading.current?.focus();
  }, []);
  const close = () => {
    if (opener.current instanceof HTMLElement) opener.current.focus();
    show({ ...view, why: "" }, "replace");
  };
  const row = figure.row ? figure.row.split("/").map(partWords).join(" / ") : "All rows";
  return (
    <aside
      className="drawer why"
      aria-label={`Why ${row} costs this`}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header className="drawer-head">
        <div>
          <p className="muted">Why this number</p>
          <h2 ref={heading} tabIndex={-1}>
            {row}
          </h2>
        </div>
        <button type="button" className="icon-button" aria-label="Close the explanation" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Outcome asked={asked} view={view}>
        {(answer) => <Tree answer={answer} figure={figure} view={view} />}
      </Outcome>
    </aside>
  );
}

function Tree({ answer, figure, view }: { answer: Explained; figure: View; view: View }) {
  const { question, currency, tree, completeness } = answer;
  const title =
    COSTS.find(({ column }) => column === answer.field)?.title ?? MORE[answer.field] ?? answer.field;
  const lacking = completeness.filter(({ state }) => state !== "complete");
  return (
    <>
      <p className="why-whole number">
        <span>{title}</span>
        <Amount value={Number(tree.amount)} currency={currency} atLeast={isLowerBound(completeness)} />
      </p>
      <p className="muted">
        {line(
          datesOf(question.window),
          question.basis === "list" ? "at list prices" : "as billed",
          conversionWords(answer),
        )}
      </p>
      <ul className="why-parts">
        <Parts part={tree} figure={figure} view={view} currency={currency} />
      </ul>
      {lacking.length > 0 ? (
        <p className="muted">
          Not known: what the missing windows of {lacking.map(({ cluster }) => cluster).join(", ")} would add.
        </p>
      ) : null}
      <p className="muted">
        Every part is exactly the sum of its parts; an amount shows all its digits where you point at it.
      </p>
      <p className="why-address">{window.location.href}</p>
    </>
  );
}

interface PartProps {
  part: ExplainedPart;
  figure: View;
  view: View;
  currency: string;
}

function Parts({ part, ...rest }: PartProps) {
  const others = part.rest;
  return (
    <>
      {(part.parts ?? []).map((one) => (
        <li key={one.path}>
          <Part part={one} {...rest} />
        </li>
      ))}
      {others ? (
        <li className="why-line">
          <span className="muted">{others.count.toLocaleString("en-US")} more</span>
          <Amount value={Number(others.amount)} currency={rest.currency} />
        </li>
      ) : null}
    </>
  );
}

function Part({ part, figure, view, currency }: PartProps) {
  const inside = (part.parts ?? []).length > 0;
  const [open, setOpen] = useState(figure.tab === part.path || figure.tab.startsWith(`${part.path}/`));
  const remember = () => {
    const tab = open ? part.path.split("/").slice(0, -1).join("/") : part.path;
    show({ ...view, why: format({ ...figure, tab }) }, "replace");
  };
  const head = (
    <>
      <span>{words(part)}</span>
      <Amount value={Number(part.amount)} currency={currency} />
    </>
  );
  if (!inside && !part.opens) {
    return (
      <>
        <p className="why-line">{head}</p>
        <Facts part={part} />
      </>
    );
  }
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is a control */}
      <summary className="why-line" onClick={remember}>
        {head}
      </summary>
      <Facts part={part} />
      {open ? (
        <ul className="why-parts">
          {inside ? (
            <Parts part={part} figure={figure} view={view} currency={currency} />
          ) : (
            <Behind part={part} figure={figure} view={view} currency={currency} />
          )}
        </ul>
      ) : null}
    </details>
  );
}

/** What is behind a part, asked for when it is opened. */
function Behind({ part, figure, view, currency }: PartProps) {
  const asked = useAsked<Explained>(explainAddress(figure, part.path));
  if (asked.data) return <Parts part={asked.data.tree} figure={figure} view={view} currency={currency} />;
  const { error, refetch } = asked;
  return (
    <li className="muted">
      {error ? <Refusal error={error} view={view} retry={() => void refetch()} /> : "Loading…"}
    </li>
  );
}

/** Kinds of part whose labels are words; the others are names that somebody gave. */
const IN_WORDS = ["part", "basis", "resource"];

function words({ kind, label }: ExplainedPart): string {
  if (kind === "window")
    return label.endsWith("T00:00:00Z") ? label.slice(0, 10) : label.slice(0, 16).replace("T", " ");
  return IN_WORDS.includes(kind) ? capital(label) : label;
}

/** Amount × price, what else is known, and the files it was read from. */
function Facts({ part: { formula, note, facts, objects } }: { part: ExplainedPart }) {
  const known = Object.entries(facts ?? {});
  return (
    <>
      {formula ? (
        <p className="why-formula number">
          {`${plain(formula.quantity)} ${formula.unit} × ${formula.price} ${formula.currency}`}
          {formula.factor ? ` × ${formula.factor}` : ""}
        </p>
      ) : null}
      {note ? <p className="muted">{capital(note)}</p> : null}
      {known.length > 0 ? (
        <p className="muted number">{known.map(([name, value]) => `${name} ${value}`).join(" · ")}</p>
      ) : null}
      {(objects ?? []).map(({ path, kind, agent_version, coverage_minutes, version, state, digest }) => (
        <p key={path} className="why-object muted" title={`rows ${digest}`}>
          <code>{path}</code>
          {" · "}
          {kind === "bill"
            ? `version ${version}, ${state}`
            : `${Math.round(coverage_minutes ?? 0)} min observed, agent ${agent_version ?? "unknown"}`}
        </p>
      ))}
    </>
  );
}

function plain(text: string): string {
  return Number(text).toLocaleString("en-US", { maximumFractionDigits: 3 });
}
