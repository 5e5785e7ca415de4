/** Overview: what did the fleet cost, and can I believe it? */

import { useMemo } from "react";
import { stackOfAnswer, viewBelow } from "../../allocations/prepare";
import { useAsked, useClusters } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { isLowerBound } from "../../completeness";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { show } from "../../location";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { type View, viewOf } from "../../url";
import { datesOf, windowWords } from "../../words/window";
import { figuresOf, sameDaysBefore } from "./figures";
import { FleetTable } from "./fleet";
import { Movers } from "./movers";
import { Tiles } from "./tiles";

/** The query behind the page's figures: by cluster, day by day, idle apart. */
function queryOf(view: View, window: string): View {
  return viewOf("explore", { window, aggregate: ["cluster"], step: "1d", filter: view.filter });
}

export function Overview({ view }: { view: View }) {
  const query = queryOf(view, view.window);
  const address = allocationsAddress(query);
  const asked = useAsked<Allocations>(address);
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={asked.data?.question.window} />
        <Export address={address} />
      </Tools>
      <Title under={asked.data ? `${datesOf(asked.data.question.window)} UTC · all clusters` : " "}>
        {titleOf(view, asked.data)}
      </Title>
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

function titleOf(view: View, answer: Allocations | undefined): string {
  if (view.window !== "month") return `Cost of the fleet, ${windowWords(view.window)}`;
  if (!answer) return "Cost of the fleet";
  const start = new Date(answer.question.window.start);
  const month = start.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  return `Cost of the fleet, ${month} so far`;
}

function Found({ answer, query, view }: { answer: Allocations; query: View; view: View }) {
  const figures = useMemo(() => figuresOf(answer), [answer]);
  const stack = useMemo(() => stackOfAnswer(answer), [answer]);
  const earlier = queryOf(view, sameDaysBefore(answer.question.window.start, figures.fullDays));
  const monthly = view.window === "month" && figures.fullDays > 0;
  const before = useAsked<Allocations>(allocationsAddress(earlier), monthly);
  const clusters = useClusters();
  const compared = before.isPlaceholderData || !monthly ? undefined : before.data;
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
        before={compared}
        clusters={clusters.data}
        query={query}
        earlier={earlier}
        atLeast={isLowerBound(answer.completeness)}
      />
      <div className="two-thirds">
        <Bars stack={stack} currency={answer.currency} label="Cost per day by cluster" onPick={drill} />
        <Movers answer={answer} before={compared} failed={before.error} query={query} />
      </div>
      <FleetTable answer={answer} before={compared} clusters={clusters.data} query={query} view={view} />
    </>
  );
}
