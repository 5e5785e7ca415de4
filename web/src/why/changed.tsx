/** Why a cost has changed: a sentence of facts, the difference step by step, and the rows that moved most. */

import { useAsked } from "../api/hooks";
import { compareAddress } from "../api/questions";
import type { Allocations, Change, ChangeRow, ChangeTotal } from "../api/schema";
import { List } from "../marks/list";
import type { View } from "../url";
import { money, moneyDelta } from "../words/money";
import { partWords } from "../words/names";
import { percentDelta } from "../words/percent";
import { datesOf } from "../words/window";
import { factsOf, mainCause, type Step, stepsOf } from "./waterfall";

const MOST_ROWS = 8;
const MOST_FACTS = 4;

/** The card about what an answer is compared with; it takes no room where there is nothing to compare. */
export function WhyChanged({ query, answer }: { query: View; answer: Allocations }) {
  const address = compareAddress(query, answer.previous);
  const asked = useAsked<Change>(address ?? "", address !== null);
  const change = asked.isPlaceholderData ? undefined : asked.data;
  if (asked.error) return <p className="muted">Why it changed could not be read: {asked.error.message}</p>;
  const [total] = change?.totals ?? [];
  if (!change || !total || change.totals.length > 1) return null;
  return (
    <section className="card panel changed" aria-labelledby="changed">
      <h2 id="changed">Why it changed</h2>
      <Sentence change={change} total={total} />
      <div className="changed-parts">
        <Waterfall total={total} />
        <Rows change={change} />
      </div>
    </section>
  );
}

function Sentence({ change, total }: { change: Change; total: ChangeTotal }) {
  const { window, base } = change.question;
  const { currency } = total;
  const [before, after] = [Number(total.before), Number(total.after)];
  const percent = percentDelta(after, before);
  const facts = factsOf(total, MOST_FACTS);
  return (
    <>
      <p className="changed-sentence">
        <strong className="number">{moneyDelta(after - before, currency)}</strong>
        {percent ? ` (${percent})` : ""}
        {facts.length > 0 ? ": " : ": nothing changed by a cent"}
        {facts.map(({ text, amount, item }, at) => (
          <span key={`${item} ${text}`}>
            {at > 0 ? ", " : ""}
            {text} <span className="number">{moneyDelta(Number(amount), currency)}</span>
          </span>
        ))}
      </p>
      <p className="muted number">
        {`${datesOf(window)}, ${money(after, currency)}, against ${datesOf(base)}, ${money(before, currency)}`}
      </p>
    </>
  );
}

function Waterfall({ total }: { total: ChangeTotal }) {
  const { currency } = total;
  return (
    <List<Step>
      cells={[
        { title: "Cause", cell: ({ title }) => title },
        { title: "From before to after", className: "changed-track", cell: Bar },
        {
          title: "Amount",
          align: "end",
          cell: ({ amount }) => moneyDelta(amount, currency),
        },
      ]}
      rows={stepsOf(total.items)}
      rowId={({ item }) => item}
      plain
    />
  );
}

function Bar({ from, width, amount }: Step) {
  return (
    <svg className="changed-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect
        x={from * 100}
        y="1"
        width={Math.max(width * 100, 0.6)}
        height="8"
        className={amount > 0 ? "changed-more" : "changed-less"}
      />
    </svg>
  );
}

function Rows({ change }: { change: Change }) {
  const rows = change.rows.slice(0, MOST_ROWS);
  const more = change.row_count - rows.length + change.folded.rows;
  return (
    <div>
      <List<ChangeRow>
        cells={[
          {
            title: "Row",
            cell: ({ name }) => (name ? name.split("/").map(partWords).join(" / ") : "Everything"),
          },
          { title: "Mostly", className: "muted", cell: ({ items }) => mainCause(items) },
          {
            title: "Change",
            align: "end",
            cell: ({ delta, currency }) => moneyDelta(Number(delta), currency),
          },
        ]}
        rows={rows}
        rowId={({ name, currency }) => `${name} ${currency}`}
      />
      {more > 0 ? <p className="muted">{`${more} more changed less.`}</p> : null}
    </div>
  );
}
