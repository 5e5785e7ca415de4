/** What was billed: a chart and a table; where bills are in several currencies, one of each for every currency. */
import { useMemo } from "react";
import { stackOfAnswer } from "../../allocations/prepare";
import { useAsked } from "../../api/hooks";
import { cloudAddress } from "../../api/questions";
import type { CloudCosts } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { narrowed } from "../../filter";
import { Go } from "../../go";
import { show } from "../../location";
import { Outcome } from "../../states/outcome";
import { AnswerTable } from "../../table/answer";
import type { View } from "../../url";
import { titleOf } from "../../words/titles";
import { rangeText } from "../../words/window";
import { cloudBelow, cloudColumns } from "./columns";

interface FoundProps {
  answer: CloudCosts;
  view: View;
  /** The view that was answered: the page's own, or that narrowed to a currency. The way down keeps it. */
  asked: View;
}

export function Found({ answer, view, asked }: FoundProps) {
  const stack = useMemo(() => {
    // A bill has no windows that could be missing in it; how far it has come is reported above the chart.
    const series = answer.series.map((step) => ({ ...step, state: "complete" as const }));
    return stackOfAnswer({ ...answer, series });
  }, [answer]);
  const columns = useMemo(
    () => cloudColumns(answer, asked, new Map(stack.groups.map((group) => [group.id, group]))),
    [answer, asked, stack],
  );
  const label = titleOf("cloud costs", answer.question.aggregate, answer.question.filter, view.window);
  const pick = (name: string) => {
    const row = answer.rows.find((candidate) => candidate.name === name);
    const next = row ? cloudBelow(asked, row.key) : null;
    if (next) show(next);
  };
  return (
    <>
      {stack.steps.length > 1 ? (
        <Bars
          stack={stack}
          currency={answer.currency}
          label={`${label}, over time`}
          onPick={pick}
          onSpan={(window) => show({ ...view, window: rangeText(window) })}
        />
      ) : null}
      <AnswerTable label={label} columns={columns} rows={answer.rows} view={view} totals />
    </>
  );
}

/** Those with more rows first. */
export function currenciesOf({ by_currency }: CloudCosts): CloudCosts["by_currency"] {
  return [...by_currency].sort((one, other) => other.count - one.count);
}

/** Amounts in several currencies have no sum, so each is asked for by itself. */
export function Currencies({ answer, view }: { answer: CloudCosts; view: View }) {
  return currenciesOf(answer).map(({ currency }) => (
    <Single key={currency} currency={currency} view={view} />
  ));
}

function Single({ currency, view }: { currency: string; view: View }) {
  const narrow = { ...view, currency: "", filter: narrowed(view.filter, "currency", currency) };
  const asked = useAsked<CloudCosts>(cloudAddress(narrow));
  return (
    <section className="stack" aria-labelledby={`billed-${currency}`}>
      <div className="section-head">
        <h2 id={`billed-${currency}`}>Billed in {currency}</h2>
        <p>
          <Go to={narrow} className="inline-link">
            Only {currency}
          </Go>
        </p>
      </div>
      <Outcome asked={asked} view={narrow}>
        {(answer) => <Found answer={answer} view={view} asked={narrow} />}
      </Outcome>
    </section>
  );
}
