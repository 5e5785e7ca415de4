/** Show-back: what each team pays, its own and its part of what is idle and shared; as a table, a file, a print. */

import { useMemo } from "react";
import { useAllocations } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { isLowerBound } from "../../completeness";
import { FiguresChoice } from "../../controls/figures";
import { FilterBox } from "../../controls/filter";
import { GroupChoice } from "../../controls/group";
import { SharingChoice } from "../../controls/sharing";
import { useFilterValues } from "../../controls/values";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { show } from "../../location";
import { Amount } from "../../marks/meter";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { Table } from "../../table/table";
import type { View } from "../../url";
import { conversionWords } from "../../words/conversion";
import { estimatesWords } from "../../words/estimates";
import { isIdle, keyWords } from "../../words/names";
import { pricesWords } from "../../words/prices";
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
  const change = (changes: Partial<View>) => show({ ...view, ...changes });
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={answer?.question.window} />
        <Export address={`${address}&columns=${COLUMNS}`} />
      </Tools>
      <Title
        under={
          answer
            ? [
                `${datesOf(answer.question.window)} UTC`,
                pricesWords(answer),
                estimatesWords(answer),
                conversionWords(answer),
              ]
                .filter(Boolean)
                .join(" · ")
            : " "
        }
        aside={answer && answer.rows.length > 0 ? <Total answer={answer} /> : null}
      >
        {`Show-back by ${view.aggregate.map(keyWords).join(" and ")}${scopeOf(view.filter)}, ${windowWords(view.window)}`}
      </Title>
      <div className="controls">
        <WindowChoice
          value={view.window}
          answered={answer?.question.window}
          onChoose={(window) => change({ window })}
        />
        <GroupChoice
          kind="allocations"
          window={view.window}
          value={view.aggregate}
          onChoose={(aggregate) => change({ aggregate })}
        />
        <SharingChoice view={view} />
        <FiguresChoice view={view} answer={asked.data} />
        <FilterBox
          value={view.filter}
          values={values}
          source={{ kind: "allocation", window: view.window }}
          onCommit={(filter) => change({ filter })}
        />
      </div>
      <Outcome asked={asked} view={view}>
        {(body) =>
          body.rows.length === 0 ? <Empty answer={body} view={view} /> : <Found answer={body} view={view} />
        }
      </Outcome>
    </>
  );
}

function Total({ answer }: { answer: Allocations }) {
  const atLeast = isLowerBound(answer.completeness);
  return (
    <p className="figure">
      <span className="figure-label">{atLeast ? "Total, at least" : "Total"}</span>
      <Amount value={answer.totals.total_cost} currency={answer.currency} atLeast={atLeast} />
    </p>
  );
}

function Found({ answer, view }: { answer: Allocations; view: View }) {
  const columns = useMemo(() => showBackColumns(answer, view), [answer, view]);
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      <p className="muted">{sharingSentences(view).join(" ")}</p>
      <Table
        label="Show-back"
        columns={columns}
        rows={answer.rows}
        rowId={(row) => row.name}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
        totals
        rowClass={(row) => (isIdle(row.name) ? "row-idle" : undefined)}
      />
    </>
  );
}
