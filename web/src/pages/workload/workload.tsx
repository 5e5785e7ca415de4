/** One workload: what it asks for, what it uses, and what the difference costs. */

import { observedWords } from "../../allocations/rates";
import { useStacked } from "../../allocations/use-stacked";
import { useAllocations } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { isLowerBound } from "../../completeness";
import { FiguresChoice } from "../../controls/figures";
import { WindowChoice } from "../../controls/window";
import { fieldsOf } from "../../drill";
import { equal, filterOf } from "../../filter";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { questionOf } from "../../question";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { AnswerTable } from "../../table/answer";
import type { View } from "../../url";
import { figuresWords, line } from "../../words/figures";
import { windowWords } from "../../words/window";
import { Neighbours } from "./neighbours";
import { Waste } from "./waste";

export function Workload({ view }: { view: View }) {
  const [cluster = "", namespace = "", controller = ""] = view.path;
  const own = fieldsOf("controller", controller).map(([field, value]) => equal(field, value));
  const filter = filterOf([equal("cluster", cluster), equal("namespace", namespace), ...own]);
  const query = questionOf(view, { step: view.step, aggregate: ["pod"], idle: "hide", filter });
  const asked = useAllocations(query);
  const address = allocationsAddress(query);
  const window = asked.data?.question.window;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={window} />
        <Export address={address} />
      </Tools>
      <Title
        under={line(
          `${cluster} / ${namespace}`,
          windowWords(view.window),
          "without idle",
          figuresWords(asked.data),
          asked.data ? `rates over ${observedWords(asked.data, cluster)}` : "",
        )}
        aside={
          <div className="controls">
            <WindowChoice view={view} answered={window} />
            <FiguresChoice view={view} answer={asked.data} />
          </div>
        }
      >
        {controller}
      </Title>
      <Outcome asked={asked} view={view}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <Empty answer={answer} view={{ ...query, page: "explore" }} />
          ) : (
            <Found answer={answer} query={query} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

function Found({ answer, query, view }: { answer: Allocations; query: View; view: View }) {
  const { stack, columns, drill } = useStacked(answer, query);
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      <Waste answer={answer} query={query} atLeast={isLowerBound(answer.completeness)} />
      <div className="two-thirds">
        <Bars stack={stack} currency={answer.currency} label="Cost by pod, over time" onPick={drill} />
        <Neighbours view={view} />
      </div>
      <AnswerTable label="Pods" columns={columns} rows={answer.rows} view={view} totals />
    </>
  );
}
