/** Explore: any cost by any grouping, one level down with every click. */
import { lazy, Suspense, useMemo } from "react";
import { allocationColumns } from "../../allocations/columns";
import { atRate, metricOf } from "../../allocations/metric";
import { workloadOf } from "../../allocations/prepare";
import { observedWords } from "../../allocations/rates";
import { useAllocations } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { AnswerTable } from "../../table/answer";
import type { View } from "../../url";
import { figuresWords, line } from "../../words/figures";
import { titleOf, underTitle } from "../../words/titles";
import { Controls } from "./controls";
import { Course } from "./course";
import { Total } from "./total";

const WhyChanged = lazy(async () => ({ default: (await import("../../why/changed")).WhyChanged }));
const Details = lazy(async () => ({ default: (await import("./details")).Details }));

export function Explore({ view }: { view: View }) {
  const asked = useAllocations(view);
  const answer = asked.isPlaceholderData ? undefined : asked.data;
  const address = allocationsAddress(view);
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={answer?.question.window} />
        <Export address={address} />
      </Tools>
      <Title
        under={answer ? <Under answer={answer} view={view} /> : " "}
        aside={answer && answer.rows.length > 0 ? <Total answer={answer} view={view} /> : null}
      >
        {titleOf("cost", view.aggregate, view.filter, view.window)}
      </Title>
      <Controls view={view} answer={asked.data} />
      <Outcome asked={asked} view={view}>
        {(body) =>
          body.rows.length === 0 ? <Empty answer={body} view={view} /> : <Found answer={body} view={view} />
        }
      </Outcome>
    </>
  );
}

/** The dates and settings of the answer; for the pods of one workload also the way to the workload's page. */
function Under({ answer, view }: { answer: Allocations; view: View }) {
  const workload = workloadOf(view);
  return (
    <>
      {line(
        underTitle(answer.question),
        figuresWords(answer),
        view.rate ? `per ${view.rate} of ${observedWords(answer)}` : "",
      )}
      {workload ? (
        <>
          {" · "}
          <Go to={workload}>requests and use</Go>
        </>
      ) : null}
    </>
  );
}

function Found({ answer, view }: { answer: Allocations; view: View }) {
  const { question } = answer;
  const rated = useMemo(() => atRate(answer, view.rate), [answer, view.rate]);
  const metric = metricOf(view.metric);
  const label = titleOf("cost", question.aggregate, question.filter, view.window);
  const row = answer.rows.find(({ name }) => name === view.row);
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      {view.compare ? (
        <Suspense fallback={null}>
          <WhyChanged query={view} answer={answer} />
        </Suspense>
      ) : null}
      <Course answer={answer} view={view} label={label}>
        {(groups) => (
          <AnswerTable
            label={label}
            columns={allocationColumns(rated, view, groups, metric)}
            rows={rated.rows}
            view={view}
            totals
          />
        )}
      </Course>
      <p className="hidden-visually" role="status">
        {`${label}: ${answer.rows.length} rows`}
      </p>
      {row ? (
        <Suspense fallback={null}>
          <Details row={row} answer={answer} view={view} />
        </Suspense>
      ) : null}
    </>
  );
}
