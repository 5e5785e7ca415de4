/** The figure the page is about: the sum of what is asked for, as it is or as a rate, with its change. */
import { atRate, isTotal, metricOf } from "../../allocations/metric";
import type { Allocations } from "../../api/schema";
import { isLowerBound } from "../../completeness";
import { Delta } from "../../marks/delta";
import { Amount } from "../../marks/meter";
import type { View } from "../../url";
import { figureOf } from "../../why/figure";
import { comparedWords } from "../../words/compared";

export function Total({ answer, view }: { answer: Allocations; view: View }) {
  const metric = metricOf(view.metric);
  const atLeast = isLowerBound(answer.completeness);
  const name = isTotal(metric) ? "Total" : metric.title;
  const rate = view.rate ? ` per ${view.rate}` : "";
  const { previous } = answer;
  return (
    <p className="figure">
      <span className="figure-label">{`${name}${rate}${atLeast ? ", at least" : ""}`}</span>
      <Amount
        value={atRate(answer, view.rate).totals[metric.column] ?? 0}
        currency={answer.currency}
        atLeast={atLeast}
        why={figureOf(answer, view, null, metric.column)}
      />
      {previous && isTotal(metric) ? (
        <span className="figure-under muted">
          {previous.total_cost !== null ? (
            <>
              <Delta
                now={previous.compared_cost ?? 0}
                before={previous.total_cost}
                currency={answer.currency}
              />
              {", "}
            </>
          ) : null}
          {comparedWords(answer)}
        </span>
      ) : null}
    </p>
  );
}
