/** Days that cost other than their like, each with what made the difference. */

import { useAsked } from "../api/hooks";
import { anomaliesAddress } from "../api/questions";
import type { Anomalies, AnomalyEvent } from "../api/schema";
import { narrowed } from "../filter";
import { Go } from "../go";
import { List } from "../marks/list";
import { type View, viewOf } from "../url";
import { money, moneyDelta } from "../words/money";
import { partWords } from "../words/names";
import { dayOf, rangeText } from "../words/window";
import { Expected, MarkExpected, markOf, useExpected } from "./expected";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

const KINDS: Readonly<Record<string, string>> = {
  rise: "more than usual",
  fall: "less than usual",
  new: "next to nothing before",
  drift: "a week above the weeks before",
};

/** The days that stand out among those of the last week. */
export function StandsOut({ query }: { query: View }) {
  const asked = useAsked<Anomalies>(anomaliesAddress(query));
  if (asked.error) return <p className="muted">They could not be read: {asked.error.message}</p>;
  if (!asked.data) return <p className="muted">Looking at the last week …</p>;
  return <Found found={asked.data} query={query} />;
}

function Found({ found, query }: { found: Anomalies; query: View }) {
  const marked = useExpected();
  const marks = found.events.flatMap((event) => markOf(event, marked?.expected ?? []) ?? []);
  const events = found.events.filter((event) => !markOf(event, marked?.expected ?? []));
  const writable = marked !== undefined && !marked.read_only;
  return (
    <>
      <p className="muted">{judgedWords(found)}</p>
      {events.length === 0 ? null : (
        <List<AnomalyEvent>
          cells={[
            { title: "Where", cell: (event) => <Where event={event} query={query} /> },
            { title: "Day", cell: ({ day }) => dayOf(new Date(day), false) },
            { title: "Mostly", className: "muted", cell: ({ facts }) => facts[0]?.text ?? "" },
            {
              title: "Beyond usual",
              align: "end",
              cell: ({ excess, usual, kind, at_least, currency }) => (
                <span title={`${KINDS[kind] ?? kind}: ${money(Number(usual), currency)}`}>
                  {at_least ? "≥ " : ""}
                  {moneyDelta(Number(excess), currency)}
                </span>
              ),
            },
            ...(writable
              ? [
                  {
                    title: "Known",
                    cell: (event: AnomalyEvent) => <MarkExpected event={event} query={query} />,
                  },
                ]
              : []),
          ]}
          rows={events}
          rowId={({ id }) => id}
        />
      )}
      <Expected marks={marks} writable={writable} />
    </>
  );
}

/** The row's name; its place in Explore, on that day or in the week that ends with it, against the one before. */
function Where({ event, query }: { event: AnomalyEvent; query: View }) {
  const filter = Object.entries(event.key).reduce(
    (text, [field, value]) => narrowed(text, field, value),
    query.filter,
  );
  const end = new Date(event.day).getTime() + DAY_MS;
  const start = end - DAY_MS * (event.kind === "drift" ? WEEK_DAYS : 1);
  const window = rangeText({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
  const to = viewOf("explore", { filter, window, compare: "prev", aggregate: ["controller"] });
  return (
    <Go to={to} className="quiet-link">
      {Object.values(event.key).map(partWords).join(" / ")}
    </Go>
  );
}

export function judgedWords({ events, event_count, groups, learning, floor }: Judged): string {
  if (learning === groups) return "Nothing can be judged yet: a day is held against the two weeks before it.";
  const judged = `${groups - learning} of ${groups} namespaces and clusters have two weeks of history to judge by.`;
  if (events.length === 0) return `None in the last week by ${Number(floor)} or more. ${judged}`;
  const more = event_count > events.length ? ` The ${events.length} largest of ${event_count}.` : "";
  return `At list price.${more} ${judged}`;
}

type Judged = Pick<Anomalies, "event_count" | "groups" | "learning" | "floor"> & {
  readonly events: readonly unknown[];
};
