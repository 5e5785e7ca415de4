/** Overview: what did the fleet cost, and can I believe it? */

import { lazy, Suspense, useMemo } from "react";
import { stackOfAnswer, viewBelow } from "../../allocations/prepare";
import { useClusters, useCosts } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { isLowerBound } from "../../completeness";
import { FiguresChoice } from "../../controls/figures";
import { Title, Tools } from "../../frame/page";
import { SeenCard } from "../../frame/seen";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { show } from "../../location";
import { questionOf } from "../../question";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { openingWindow, type View } from "../../url";
import { figuresWords, line } from "../../words/figures";
import { scopeOf } from "../../words/titles";
import { datesOf, windowWords } from "../../words/window";
import { figuresOf, newerHalf, withTenancy } from "./figures";
import { FleetTable } from "./fleet";
import { Movers } from "./movers";
import { Tiles } from "./tiles";

const WhyChanged = lazy(async () => ({ default: (await import("../../why/changed")).WhyChanged }));

const StandsOut = lazy(async () => ({ default: (await import("../../why/anomalies")).StandsOut }));

/** The query behind the page's figures: by cluster, day by day, idle apart, this month against the same days of the last. */
function queryOf(view: View): View {
  const compare = view.window === "month" ? "month" : "prev";
  return questionOf(view, { aggregate: ["cluster"], step: "1d", compare });
}

export function Overview({ view }: { view: View }) {
  const query = queryOf(view);
  const address = allocationsAddress(query);
  const asked = useCosts<Allocations>(address);
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={asked.data?.question.window} />
        <Export address={address} />
      </Tools>
      <Title
        under={asked.data ? underOf(asked.data, view) : " "}
        aside={
          <div className="controls">
            <FiguresChoice view={view} answer={asked.data} />
          </div>
        }
      >
        {titleOf(view, asked.data)}
      </Title>
      {view.window !== "month" && view.window === openingWindow() ? (
        <p className="muted">
          Too little of this month is over to be compared, so the last days are shown.{" "}
          <Go to={{ ...view, window: "month" }}>This month so far</Go>
        </p>
      ) : null}
      <Outcome asked={asked} view={view}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <Empty answer={answer} view={view} />
          ) : (
            <Found answer={answer} query={query} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

function underOf(answer: Allocations, view: View): string {
  const clusters = view.filter ? scopeOf(view.filter).trim() : "all clusters";
  return line(`${datesOf(answer.question.window)} UTC`, clusters, figuresWords(answer));
}

function titleOf(view: View, answer: Allocations | undefined): string {
  if (view.window !== "month") return `Cost of the fleet, ${windowWords(view.window)}`;
  if (!answer) return "Cost of the fleet";
  const start = new Date(answer.question.window.start);
  const month = start.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  return `Cost of the fleet, ${month} so far`;
}

function Found({ answer, query, view }: { answer: Allocations; query: View; view: View }) {
  const figures = useMemo(() => figuresOf(answer), [answer]);
  const stack = useMemo(() => stackOfAnswer(withTenancy(answer)), [answer]);
  // A fleet without a month before is compared within its own days.
  const half = answer.previous?.span ? null : newerHalf(answer);
  const within = useCosts<Allocations>(
    allocationsAddress({ ...query, window: half ?? query.window, compare: "prev", step: "all" }),
    half !== null,
  );
  const clusters = useClusters();
  const own = within.isPlaceholderData ? undefined : within.data;
  const compared = half === null ? answer : own;
  const drill = (name: string) => {
    const next = viewBelow(answer, query, name);
    if (next) show(next);
  };
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      <Tiles
        answer={answer}
        figures={figures}
        clusters={clusters.data}
        query={query}
        atLeast={isLowerBound(answer.completeness)}
      />
      <div className="two-thirds">
        <Bars stack={stack} currency={answer.currency} label="Cost per day by cluster" onPick={drill} />
        <Movers compared={compared} failed={within.error} query={query} />
      </div>
      {compared ? (
        <Suspense fallback={null}>
          <WhyChanged query={query} answer={compared} />
        </Suspense>
      ) : null}
      <FleetTable answer={answer} clusters={clusters.data} query={query} view={view} />
      <SeenCard id="stands-out" title="Days that stand out">
        <StandsOut query={query} />
      </SeenCard>
    </>
  );
}
