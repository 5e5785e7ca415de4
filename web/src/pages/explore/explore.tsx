/** Explore: any cost by any grouping, one level down with every click. */

import { useMemo } from "react";
import { allocationColumns } from "../../allocations/columns";
import { stackOfAnswer, viewBelow, workloadOf } from "../../allocations/prepare";
import { useAllocations } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { isLowerBound } from "../../completeness";
import { Choice } from "../../controls/choice";
import { FilterBox } from "../../controls/filter";
import { GroupChoice } from "../../controls/group";
import { useFilterValues } from "../../controls/values";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { show } from "../../location";
import { Amount } from "../../marks/meter";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { ColumnChooser } from "../../table/chooser";
import { Table } from "../../table/table";
import type { View } from "../../url";
import { isIdle } from "../../words/names";
import { titleOf, underTitle } from "../../words/titles";

const STEPS = [
  ["auto", "Automatic"],
  ["1h", "Hour"],
  ["1d", "Day"],
  ["all", "One sum"],
] as const;

const IDLE = [
  ["separate", "Separate"],
  ["share", "Shared"],
  ["hide", "Hidden"],
] as const;

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
        aside={answer && answer.rows.length > 0 ? <Total answer={answer} /> : null}
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
      {underTitle(answer.question)}
      {workload ? (
        <>
          {" · "}
          <Go to={workload}>requests and use</Go>
        </>
      ) : null}
    </>
  );
}

function Controls({ view, answer }: { view: View; answer: Allocations | undefined }) {
  const change = (changes: Partial<View>) => show({ ...view, ...changes });
  const columns = useMemo(() => (answer ? allocationColumns(answer, view, new Map()) : []), [answer, view]);
  const values = useFilterValues(answer?.rows);
  return (
    <div className="controls">
      <WindowChoice
        value={view.window}
        answered={answer?.question.window}
        onChoose={(window) => change({ window })}
      />
      <Choice title="Step" value={view.step} options={STEPS} onChoose={(step) => change({ step })} />
      <GroupChoice
        kind="allocations"
        value={view.aggregate}
        onChoose={(aggregate) => change({ aggregate })}
      />
      <Choice title="Idle" value={view.idle} options={IDLE} onChoose={(idle) => change({ idle })} />
      <FilterBox value={view.filter} values={values} onCommit={(filter) => change({ filter })} />
      <ColumnChooser
        columns={columns}
        chosen={view.columns}
        onChoose={(chosen) => change({ columns: chosen })}
      />
    </div>
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
  const { question } = answer;
  const stack = useMemo(() => stackOfAnswer(answer), [answer]);
  const columns = useMemo(() => {
    const groups = new Map(stack.groups.map((group) => [group.id, group]));
    return allocationColumns(answer, view, groups);
  }, [answer, view, stack]);
  const label = titleOf("cost", question.aggregate, question.filter, view.window);
  const drill = (name: string) => {
    const next = viewBelow(answer, view, name);
    if (next) show(next);
  };
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      {stack.steps.length > 1 ? (
        <Bars stack={stack} currency={answer.currency} label={`${label}, over time`} onPick={drill} />
      ) : null}
      <p className="hidden-visually" role="status">
        {`${label}: ${answer.rows.length} rows`}
      </p>
      <Table
        label={label}
        columns={columns}
        rows={answer.rows}
        rowId={(row) => row.name}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
        chosen={view.columns}
        totals
        rowClass={(row) => (isIdle(row.name) ? "row-idle" : undefined)}
      />
    </>
  );
}
