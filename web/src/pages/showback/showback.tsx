/** Show-back: what each team pays, its own and its part of what is idle and shared; as a table, a file, a print. */

import { useMemo } from "react";
import { useAllocations } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { FiguresChoice } from "../../controls/figures";
import { FilterBox } from "../../controls/filter";
import { GroupChoice } from "../../controls/group";
import { SharingChoice } from "../../controls/sharing";
import { useFilterValues } from "../../controls/values";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Total } from "../../marks/total";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { AnswerTable } from "../../table/answer";
import type { View } from "../../url";
import { figureOf } from "../../why/figure";
import { figuresWords, line } from "../../words/figures";
import { keyWords } from "../../words/names";
import { sharingSentences } from "../../words/sharing";
import { scopeOf } from "../../words/titles";
import { datesOf, windowWords } from "../../words/window";
import { showBackColumns } from "./columns";

/** What the file of a show-back has, and its table. */
const COLUMNS = "direct_cost,idle_cost,shared_cost,total_cost";

export function ShowBack({ view }: { view: View }) {
  const query: View = { ...view, page: "explore", step: "all", compare: "" };
  const asked = useAllocations(query);
  const answer = asked.isPlaceholderData ? undefined : asked.data;
  const address = allocationsAddress(query);
  const values = useFilterValues(asked.data?.rows);
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={answer?.question.window} />
        <Export address={`${address}&columns=${COLUMNS}`} />
      </Tools>
      <Title
        under={answer ? line(`${datesOf(answer.question.window)} UTC`, figuresWords(answer)) : " "}
        aside={
          answer && answer.rows.length > 0 ? (
            <Total answer={answer} why={figureOf(answer, query, null, "total_cost")} />
          ) : null
        }
      >
        {`Show-back by ${view.aggregate.map(keyWords).join(" and ")}${scopeOf(view.filter)}, ${windowWords(view.window)}`}
      </Title>
      <div className="controls">
        <WindowChoice view={view} answered={answer?.question.window} />
        <GroupChoice kind="allocations" view={view} />
        <SharingChoice view={view} />
        <FiguresChoice view={view} answer={asked.data} />
        <FilterBox view={view} kind="allocation" values={values} />
      </div>
      <Outcome asked={asked} view={view}>
        {(body) =>
          body.rows.length === 0 ? <Empty answer={body} view={view} /> : <Found answer={body} view={view} />
        }
      </Outcome>
    </>
  );
}

function Found({ answer, view }: { answer: Allocations; view: View }) {
  const columns = useMemo(() => showBackColumns(answer, view), [answer, view]);
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      <p className="muted">{sharingSentences(view).join(" ")}</p>
      <AnswerTable label="Show-back" columns={columns} rows={answer.rows} view={view} totals />
    </>
  );
}
