/** Cloud costs: what the bills say, by provider, account and service; whether it ran on Kubernetes or not. */
import { useMemo } from "react";
import { stackOfAnswer } from "../../allocations/prepare";
import { addressOf } from "../../api/client";
import { type Asked, useAsked } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import { parametersOf } from "../../api/questions";
import type { CloudCosts } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { Choice } from "../../controls/choice";
import { FilterBox } from "../../controls/filter";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { show } from "../../location";
import { Amount } from "../../marks/meter";
import { Outcome } from "../../states/outcome";
import { Warnings } from "../../states/partial";
import { EmptyFilter } from "../../states/screens";
import { Table } from "../../table/table";
import type { View } from "../../url";
import { titleOf, underTitle } from "../../words/titles";
import { rangeText } from "../../words/window";
import { cloudBelow, cloudColumns } from "./columns";
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
  "label[app]",
];

/** Which of a bill's five costs is the total; the server's own choice comes first. */
const METRICS = [
  ["total", "Amortised net"],
  ["amortized_cost", "Amortised"],
  ["net_cost", "Net"],
  ["list_cost", "List"],
  ["invoiced_cost", "Invoiced"],
] as const;

export function Cloud({ view }: { view: View }) {
  const metric = view.metric === "total" ? "" : view.metric;
  const step = view.step === "auto" ? "1d" : view.step;
  const address = addressOf("api/v1/cloudcosts", { ...parametersOf(view), step, idle: "", metric });
  const asked = useAsked<CloudCosts>(address);
  // A server that has no such route reads no bills: that is an answer, not a failure.
  const unknown = asked.error instanceof ProblemError && asked.error.kind === "not found";
  const none = unknown || (asked.data?.completeness.length === 0 && asked.data.rows.length === 0);
  const answer = none ? undefined : asked.data;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={answer?.question.window} />
        {none ? null : <Export address={address} />}
      </Tools>
      <Title
        under={
          answer ? underTitle({ ...answer.question, idle: "" }) : "What the clouds bill, as they bill it"
        }
        aside={answer && answer.rows.length > 0 ? <Total answer={answer} /> : null}
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
        <WindowChoice
          value={view.window}
          answered={asked.data?.question.window}
          onChoose={(window) => change({ window })}
        />
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
        <FilterBox
          value={view.filter}
          fields={FIELDS}
          placeholder={'Filter, such as provider:"AWS"+service:"AmazonEC2"'}
          onCommit={(filter) => change({ filter })}
        />
      </div>
      <Outcome asked={asked} view={view}>
        {(answer) => {
          if (answer.rows.length > 0) return <Found answer={answer} view={view} />;
          return view.filter ? <EmptyFilter view={view} /> : <NothingBilled bills={answer.completeness} />;
        }}
      </Outcome>
    </>
  );
}

function Total({ answer }: { answer: CloudCosts }) {
  return answer.by_currency.map(({ currency, totals }) => (
    <p className="figure" key={currency}>
      <span className="figure-label">Billed</span>
      <Amount value={totals["total_cost"] ?? 0} currency={currency} />
    </p>
  ));
}

function Found({ answer, view }: { answer: CloudCosts; view: View }) {
  const stack = useMemo(() => {
    // A bill has no windows that could be missing in it; how far it has come is told above the chart.
    const series = answer.series.map((step) => ({ ...step, state: "complete" as const }));
    return stackOfAnswer({ ...answer, series });
  }, [answer]);
  const columns = useMemo(
    () => cloudColumns(answer, view, new Map(stack.groups.map((group) => [group.id, group]))),
    [answer, view, stack],
  );
  const label = titleOf("cloud costs", answer.question.aggregate, answer.question.filter, view.window);
  const pick = (name: string) => {
    const row = answer.rows.find((candidate) => candidate.name === name);
    const next = row ? cloudBelow(view, row.key) : null;
    if (next) show(next);
  };
  return (
    <>
      <BillStates bills={answer.completeness} />
      <Warnings warnings={answer.warnings} />
      {stack.steps.length > 1 ? (
        <Bars
          stack={stack}
          currency={answer.currency}
          label={`${label}, over time`}
          onPick={pick}
          onSpan={(window) => show({ ...view, window: rangeText(window) })}
        />
      ) : null}
      <Table
        label={label}
        columns={columns}
        rows={answer.rows}
        rowId={(row) => `${row.name} ${row.currency ?? ""}`}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
        chosen={view.columns}
        totals
      />
    </>
  );
}
