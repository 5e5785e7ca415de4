/** Efficiency: of what is paid for CPU, memory and GPUs, how much is used, and where the rest is. */

import { useMemo } from "react";
import { clusterRows, courseOf } from "../../allocations/course";
import { type EfficiencyRow, efficiencyRows, poolRows, totalOf } from "../../allocations/efficiency";
import { observedWords } from "../../allocations/rates";
import { useAllocations, useAssets, useEfficiency } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations, EfficiencyAnswer } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { FiguresChoice } from "../../controls/figures";
import { FilterBox } from "../../controls/filter";
import { WindowChoice } from "../../controls/window";
import { clausesOf, equal, filterOf } from "../../filter";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { SplitLegend } from "../../marks/split";
import { pageOf, questionOf } from "../../question";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice } from "../../states/partial";
import { AnswerTable } from "../../table/answer";
import type { View } from "../../url";
import { figuresWords, line } from "../../words/figures";
import { scopeOf } from "../../words/titles";
import { datesOf, windowWords } from "../../words/window";
import { efficiencyColumns, PARTS } from "./columns";

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly aggregate: readonly string[];
  readonly idle: "separate" | "hide";
  readonly idle_by?: "node";
}

const CLUSTERS: Tab = { id: "", title: "By cluster", aggregate: ["cluster"], idle: "separate" };

const TABS: readonly Tab[] = [
  CLUSTERS,
  { id: "workload", title: "By workload", aggregate: ["cluster", "namespace", "controller"], idle: "hide" },
  {
    id: "pool",
    title: "By node pool",
    aggregate: ["cluster", "node"],
    idle: "separate",
    idle_by: "node",
  },
  { id: "node", title: "By node", aggregate: ["cluster", "node"], idle: "separate", idle_by: "node" },
];

export function Efficiency({ view }: { view: View }) {
  const tab = TABS.find((candidate) => candidate.id === view.tab) ?? CLUSTERS;
  const { aggregate, idle, idle_by = "cluster" } = tab;
  const query = questionOf(view, { aggregate, idle, idle_by, step: "all" });
  const asked = useAllocations(query);
  const address = allocationsAddress(query);
  const window = asked.data?.question.window;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={window} />
        <Export address={address} />
      </Tools>
      <Title under={asked.data ? underOf(asked.data) : " "}>
        {`Efficiency ${tab.title.toLowerCase()}${scopeOf(view.filter)}, ${windowWords(view.window)}`}
      </Title>
      <nav className="tabs" aria-label="What to compare">
        {TABS.map(({ id, title }) => (
          <Go
            key={id}
            to={{ ...view, tab: id }}
            className="tab"
            aria-current={id === tab.id ? "page" : undefined}
          >
            {title}
          </Go>
        ))}
      </nav>
      <div className="controls">
        <WindowChoice view={view} answered={window} />
        <FiguresChoice view={view} answer={asked.data} />
        <FilterBox view={view} kind="allocation" />
      </div>
      <Outcome asked={asked} view={view}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <Empty answer={answer} view={view} />
          ) : tab.id === "pool" ? (
            <Pools answer={answer} query={query} tab={tab} view={view} />
          ) : tab.id === "" ? (
            <Clusters answer={answer} tab={tab} view={view} />
          ) : (
            <Found answer={answer} tab={tab} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

/** The dates, what is counted, the prices, and the time that rates are of. */
function underOf(answer: Allocations): string {
  return line(
    `${datesOf(answer.question.window)} UTC`,
    "CPU, memory and GPUs",
    figuresWords(answer),
    `rates over ${observedWords(answer)}`,
  );
}

interface FoundProps {
  answer: Allocations;
  tab: Tab;
  view: View;
}

/** Pools are known to assets only: the same nodes, of which these say whose pool each is. */
function Pools({ answer, query, tab, view }: FoundProps & { query: View }) {
  const clusters = clausesOf(query.filter).filter(({ field }) => field === "cluster");
  const filter = filterOf([equal("assetType", "Node"), ...clusters]);
  const assets = useAssets(pageOf(view, "assets", { filter, aggregate: ["cluster", "name"], step: "all" }));
  return (
    <Outcome asked={assets} view={view}>
      {(nodes) => (
        <Found
          answer={answer}
          tab={tab}
          view={view}
          rows={poolRows(efficiencyRows(answer), nodes)}
          by={POOL}
        />
      )}
    </Outcome>
  );
}

const POOL = ["cluster", "pool"];

/** By cluster, the parts are known container by container, and over time. */
function Clusters({ answer, tab, view }: FoundProps) {
  const asked = useEfficiency(view);
  return (
    <Outcome asked={asked} view={view}>
      {(spent) => <Spent answer={answer} tab={tab} view={view} spent={spent} />}
    </Outcome>
  );
}

function Spent({ answer, tab, view, spent }: FoundProps & { spent: EfficiencyAnswer }) {
  const stack = useMemo(() => courseOf(spent, answer.currency), [spent, answer.currency]);
  const rows = useMemo(() => clusterRows(spent, answer), [spent, answer]);
  return (
    <>
      {rows && stack.groups.length > 0 ? (
        <Bars stack={stack} currency={answer.currency} label="Used and idle, over time" />
      ) : null}
      <Found answer={answer} tab={tab} view={view} {...(rows ? { rows } : {})} />
    </>
  );
}

function Found({
  answer,
  tab,
  view,
  ...given
}: FoundProps & { rows?: readonly EfficiencyRow[]; by?: readonly string[] }) {
  const own = useMemo(() => efficiencyRows(answer), [answer]);
  const rows = given.rows ?? own;
  const by = given.by ?? answer.question.aggregate;
  const columns = useMemo(() => efficiencyColumns(answer, rows, view, by), [answer, rows, view, by]);
  const total = totalOf(rows);
  const amounts = [total.used, total.workloadIdle, total.infraIdle, total.unmeasured];
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <details className="notice notice-folding">
        <summary>
          <SplitLegend parts={PARTS.filter((_, at) => at < 2 || amounts[at])} />
          <span className="notice-more">How this is counted</span>
        </summary>
        <dl className="definitions">
          <dt>Used</dt>
          <dd>
            cost × use ÷ what was charged for, for CPU, memory and GPUs each; use above what was charged
            counts as all of it
          </dd>
          <dt>Workload idle</dt>
          <dd>allocated cost − used: requested by workloads and not used</dd>
          <dt>Infrastructure idle</dt>
          <dd>cost of the nodes − allocated cost: provisioned and not requested</dd>
          <dt>Not measured</dt>
          <dd>allocated cost of a resource whose use nobody measured: neither used nor idle</dd>
          <dt>A month</dt>
          <dd>730 hours at the rate of the time in which the cluster was observed</dd>
        </dl>
      </details>
      <AnswerTable
        label={`Efficiency ${tab.title.toLowerCase()}`}
        columns={columns}
        rows={rows}
        view={view}
        totals
      />
    </>
  );
}
