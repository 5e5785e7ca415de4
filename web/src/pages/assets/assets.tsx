/** Assets: nodes, disks, load balancers and fees, at list price and after the bill. */

import { useMemo } from "react";
import { stackOfAnswer } from "../../allocations/prepare";
import { useAssets } from "../../api/hooks";
import { assetsAddress } from "../../api/questions";
import type { AssetRow, Assets as AssetsAnswer } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { Choice } from "../../controls/choice";
import { FiguresChoice } from "../../controls/figures";
import { FilterBox } from "../../controls/filter";
import { GroupChoice } from "../../controls/group";
import { useFilterValues } from "../../controls/values";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { show } from "../../location";
import { Total } from "../../marks/total";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { AnswerTable } from "../../table/answer";
import type { View } from "../../url";
import { figuresWords, line } from "../../words/figures";
import { money } from "../../words/money";
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
  "label[",
];

/** The usual ways in; each is an ordinary view. */
const SELECTIONS = [
  { title: "All", aggregate: ["type"], filter: "", tab: "" },
  { title: "Nodes", aggregate: ["cluster", "name"], filter: 'assetType:"Node"', tab: "" },
  { title: "Disks", aggregate: ["cluster", "name"], filter: 'assetType:"Disk"', tab: "" },
  {
    title: "Unattached disks",
    aggregate: ["cluster", "name"],
    filter: 'assetType:"Disk"',
    tab: "unattached",
  },
  { title: "Load balancers", aggregate: ["cluster", "name"], filter: 'assetType:"LoadBalancer"', tab: "" },
];

/** A disk that no claim holds: paid for, and nobody asked for it. Nodes' own disks are no such disks. */
function isUnattached(row: AssetRow): boolean {
  return row.type === "Disk" && !row.claim_name && !row.local;
}

export function Assets({ view }: { view: View }) {
  const asked = useAssets(view);
  const answer = asked.isPlaceholderData ? undefined : asked.data;
  const address = assetsAddress(view);
  const values = useFilterValues(asked.data?.rows);
  const window = answer?.question.window;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={window} />
        <Export address={address} />
      </Tools>
      <Title
        under={answer ? line(underTitle({ ...answer.question, idle: "" }), figuresWords(answer)) : " "}
        aside={answer && answer.rows.length > 0 ? <Total answer={answer} /> : null}
      >
        {titleOf("assets", view.aggregate, view.filter, view.window)}
      </Title>
      <nav className="tabs" aria-label="Which assets">
        {SELECTIONS.map(({ title, aggregate, filter, tab }) => {
          const to = { ...view, aggregate, filter, tab, sort: "-total_cost" };
          const here =
            view.filter === filter && view.tab === tab && view.aggregate.join() === aggregate.join();
          return (
            <Go key={title} to={to} className="tab" aria-current={here ? "page" : undefined}>
              {title}
            </Go>
          );
        })}
      </nav>
      <div className="controls">
        <WindowChoice view={view} answered={window} />
        <FiguresChoice view={view} answer={asked.data} />
        <Choice title="Step" value={view.step} options={STEPS} onChoose={(step) => show({ ...view, step })} />
        <GroupChoice kind="assets" view={view} />
        <FilterBox
          view={view}
          kind="assets"
          fields={FILTER_FIELDS}
          values={values}
          placeholder={'Filter, such as assetType:"Disk"+cluster:"prod-eu-1"'}
        />
      </div>
      <Outcome asked={asked} view={view}>
        {(body) =>
          body.rows.length === 0 ? (
            <Empty answer={body} view={view} />
          ) : view.tab === "unattached" ? (
            <Unattached answer={body} view={view} />
          ) : (
            <Found answer={body} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

/** Of the disks of this answer those without a claim; their own sum is no total of anything else. */
function Unattached({ answer, view }: { answer: AssetsAnswer; view: View }) {
  const rows = answer.rows.filter(isUnattached);
  const columns = useMemo(() => assetColumns(answer, view, new Map()), [answer, view]);
  const sum = rows.reduce((all, row) => all + row.total_cost, 0);
  if (rows.length === 0) {
    return (
      <section className="screen" role="status">
        <h2>Every disk is claimed</h2>
        <p>None of the {answer.rows.length} disks in this window was without a claim.</p>
      </section>
    );
  }
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <p className="muted" role="status">
        {`${rows.length} of ${answer.rows.length} disks had no claim and cost ${money(sum, answer.currency)}.`}
      </p>
      <AnswerTable label="Unattached disks" columns={columns} rows={rows} view={view} />
    </>
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
      <AnswerTable label={label} columns={columns} rows={answer.rows} view={view} totals />
    </>
  );
}
