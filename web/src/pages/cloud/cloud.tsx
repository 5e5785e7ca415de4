/** Cloud costs: what the bills say, by provider, account and service; whether it ran on Kubernetes or not. */
import { type Asked, useAsked } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import { cloudAddress } from "../../api/questions";
import type { CloudCosts } from "../../api/schema";
import { Choice } from "../../controls/choice";
import { CurrencyChoice } from "../../controls/currency";
import { FilterBox } from "../../controls/filter";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { show } from "../../location";
import { Amount } from "../../marks/meter";
import { Outcome } from "../../states/outcome";
import { Warnings } from "../../states/partial";
import { EmptyFilter } from "../../states/screens";
import type { View } from "../../url";
import { conversionWords } from "../../words/conversion";
import { line } from "../../words/figures";
import { titleOf, underTitle } from "../../words/titles";
import { Currencies, currenciesOf, Found } from "./found";
import { BillStates, NoBills, NothingBilled } from "./no-bills";

const GROUPS = [
  ["provider,service", "Provider / service"],
  ["provider", "Provider"],
  ["accountName", "Account"],
  ["service", "Service"],
  ["category", "Category"],
  ["regionID", "Region"],
  ["providerID", "Resource"],
] as const;

const FIELDS = [
  "provider",
  "accountID",
  "accountName",
  "service",
  "category",
  "regionID",
  "providerID",
  "label[",
];

/** Which of a bill's five costs is the total; the server's own choice comes first. */
const METRICS = [
  ["total", "Amortised net"],
  ["amortized_cost", "Amortised"],
  ["net_cost", "Net"],
  ["list_cost", "List"],
  ["invoiced_cost", "Invoiced"],
] as const;

/** Warnings that the page says in its own way. */
const SHOWN_ABOVE: ReadonlySet<string> = new Set(["several-currencies", "bills-not-final"]);

export function Cloud({ view }: { view: View }) {
  const address = cloudAddress(view);
  const asked = useAsked<CloudCosts>(address);
  // A server that has no such route reads no bills: that is an answer, not a failure.
  const unknown = asked.error instanceof ProblemError && asked.error.kind === "not found";
  const none = unknown || (asked.data?.completeness.length === 0 && asked.data.rows.length === 0);
  const answer = none || asked.isPlaceholderData ? undefined : asked.data;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={answer?.question.window} />
        {none ? null : <Export address={address} />}
      </Tools>
      <Title
        under={
          answer
            ? line(underTitle({ ...answer.question, idle: "" }), conversionWords(answer))
            : none
              ? "What the clouds bill, as they bill it"
              : " "
        }
        aside={answer && answer.rows.length > 0 ? <Totals answer={answer} metric={view.metric} /> : null}
      >
        {titleOf("cloud costs", view.aggregate, view.filter, view.window)}
      </Title>
      {none ? <NoBills /> : <Answered asked={asked} view={view} />}
    </>
  );
}

function Answered({ asked, view }: { asked: Asked<CloudCosts>; view: View }) {
  const change = (changes: Partial<View>) => show({ ...view, ...changes });
  return (
    <>
      <div className="controls">
        <WindowChoice view={view} answered={asked.data?.question.window} />
        <Choice
          title="Group by"
          value={view.aggregate.join(",")}
          options={GROUPS}
          onChoose={(group) => change({ aggregate: group.split(",") })}
          shortcut="b"
        />
        <Choice
          title="Cost"
          value={view.metric}
          options={METRICS}
          onChoose={(metric) => change({ metric })}
        />
        <CurrencyChoice view={view} />
        <FilterBox
          view={view}
          kind="cloudCost"
          fields={FIELDS}
          placeholder={'Filter, such as provider:"AWS"+service:"AmazonEC2"'}
        />
      </div>
      <Outcome asked={asked} view={view}>
        {(answer) => {
          if (answer.rows.length === 0)
            return view.filter ? <EmptyFilter view={view} /> : <NothingBilled bills={answer.completeness} />;
          return (
            <>
              <BillStates bills={answer.completeness} />
              <Warnings warnings={answer.warnings.filter(({ code }) => !SHOWN_ABOVE.has(code))} />
              {answer.by_currency.length > 1 ? (
                <Currencies answer={answer} view={view} />
              ) : (
                <Found answer={answer} view={view} asked={view} />
              )}
            </>
          );
        }}
      </Outcome>
    </>
  );
}

/** What each currency adds up to; they are never added. */
function Totals({ answer, metric }: { answer: CloudCosts; metric: string }) {
  const name = METRICS.find(([id]) => id === metric)?.[1] ?? metric;
  return (
    <div className="figures">
      {currenciesOf(answer).map(({ currency, totals }) => (
        <p className="figure" key={currency}>
          <span className="figure-label">{name}</span>
          <Amount value={totals["total_cost"] ?? 0} currency={currency} />
        </p>
      ))}
    </div>
  );
}
