/** Assets: nodes, disks, load balancers and fees, at list price and after the bill. */

import { useMemo } from "react";
import { stackOfAnswer } from "../../allocations/prepare";
import { useAssets } from "../../api/hooks";
import { assetsAddress } from "../../api/questions";
import type { Assets as AssetsAnswer } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { isLowerBound } from "../../completeness";
import { Choice } from "../../controls/choice";
import { FilterBox } from "../../controls/filter";
import { GroupChoice } from "../../controls/group";
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
import { titleOf, underTitle } from "../../words/titles";
import { assetBelow, assetColumns } from "./columns";

const STEPS = [
  ["auto", "Automatic"],
  ["1h", "Hour"],
  ["1d", "Day"],
  ["all", "One sum"],
] as const;

const FILTER_FIELDS = [
  "assetType",
  "cluster",
  "name",
  "category",
  "provider",
  "account",
  "project",
  "service",
  "label[app]",
];

export function Assets({ view }: { view: View }) {
  const asked = useAssets(view);
  const answer = asked.isPlaceholderData ? undefined : asked.data;
  const address = assetsAddress(view);
  const values = useFilterValues(asked.data?.rows);
  const change = (changes: Partial<View>) => show({ ...view, ...changes });
  const window = answer?.question.window;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={window} />
        <Export address={address} />
      </Tools>
      <Title
        under={answer ? underTitle({ ...answer.question, idle: "" }) : " "}
        aside={answer ? <Total answer={answer} /> : null}
      >
        {titleOf("assets", view.aggregate, view.filter, view.window)}
      </Title>
      <div className="controls">
        <WindowChoice
          value={view.window}
          answered={window}
          onChoose={(chosen) => change({ window: chosen })}
        />
        <Choice title="Step" value={view.step} options={STEPS} onChoose={(step) => change({ step })} />
        <GroupChoice kind="assets" value={view.aggregate} onChoose={(aggregate) => change({ aggregate })} />
        <FilterBox
          value={view.filter}
          fields={FILTER_FIELDS}
          values={values}
          placeholder={'Filter, such as assetType:"Disk"+cluster:"prod-eu-1"'}
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

function Total({ answer }: { answer: AssetsAnswer }) {
  const atLeast = isLowerBound(answer.completeness);
  if (answer.rows.length === 0) return null;
  return (
    <p className="figure">
      <span className="figure-label">{atLeast ? "Total, at least" : "Total"}</span>
      <Amount value={answer.totals.total_cost} currency={answer.currency} atLeast={atLeast} />
    </p>
  );
}

function Found({ answer, view }: { answer: AssetsAnswer; view: View }) {
  const { question, currency } = answer;
  const stack = useMemo(() => stackOfAnswer(answer), [answer]);
  const columns = useMemo(
    () => assetColumns(answer, view, new Map(stack.groups.map((group) => [group.id, group]))),
    [answer, view, stack],
  );
  const label = titleOf("assets", question.aggregate, question.filter, view.window);
  const drill = (name: string) => {
    const row = answer.rows.find((candidate) => candidate.name === name);
    const next = row
      ? assetBelow({ ...view, aggregate: question.aggregate, filter: question.filter }, row.key)
      : null;
    if (next) show(next);
  };
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      {stack.steps.length > 1 ? (
        <Bars stack={stack} currency={currency} label={`${label}, over time`} onPick={drill} />
      ) : null}
      <p className="hidden-visually" role="status">{`${label}: ${answer.rows.length} rows`}</p>
      <Table
        label={label}
        columns={columns}
        rows={answer.rows}
        rowId={(row) => row.name}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
        chosen={view.columns}
        totals
      />
    </>
  );
}
