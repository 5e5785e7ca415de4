/** Efficiency: of what is paid for CPU and memory, how much is used, and where the rest is. */

import { useMemo } from "react";
import { type EfficiencyRow, efficiencyRows, poolRows } from "../../allocations/efficiency";
import { useAllocations, useAssets } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { FilterBox } from "../../controls/filter";
import { WindowChoice } from "../../controls/window";
import { equal, filterOf } from "../../filter";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { show } from "../../location";
import { SplitLegend } from "../../marks/split";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice } from "../../states/partial";
import { Table } from "../../table/table";
import { type View, viewOf } from "../../url";
import { scopeOf } from "../../words/titles";
import { datesOf, windowWords } from "../../words/window";
import { efficiencyColumns, PARTS } from "./columns";

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly aggregate: readonly string[];
  readonly idle: "separate" | "hide";
}

const CLUSTERS: Tab = { id: "", title: "By cluster", aggregate: ["cluster"], idle: "separate" };

const TABS: readonly Tab[] = [
  CLUSTERS,
  { id: "workload", title: "By workload", aggregate: ["cluster", "namespace", "controller"], idle: "hide" },
  { id: "pool", title: "By node pool", aggregate: ["cluster", "node"], idle: "hide" },
  { id: "node", title: "By node", aggregate: ["cluster", "node"], idle: "hide" },
];

export function Efficiency({ view }: { view: View }) {
  const tab = TABS.find((candidate) => candidate.id === view.tab) ?? CLUSTERS;
  const query = viewOf("explore", {
    window: view.window,
    filter: view.filter,
    aggregate: tab.aggregate,
    idle: tab.idle,
    step: "all",
  });
  const asked = useAllocations(query);
  const address = allocationsAddress(query);
  const change = (changes: Partial<View>) => show({ ...view, ...changes });
  const window = asked.data?.question.window;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={window} />
        <Export address={address} />
      </Tools>
      <Title under={window ? `${datesOf(window)} UTC · CPU and memory` : " "}>
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
        <WindowChoice
          value={view.window}
          answered={window}
          onChoose={(chosen) => change({ window: chosen })}
        />
        <FilterBox value={view.filter} onCommit={(filter) => change({ filter })} />
      </div>
      <Outcome asked={asked} view={view}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <Empty answer={answer} view={view} />
          ) : tab.id === "pool" ? (
            <Pools answer={answer} tab={tab} view={view} />
          ) : (
            <Found answer={answer} tab={tab} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

interface FoundProps {
  answer: Allocations;
  tab: Tab;
  view: View;
}

/** Pools are known to assets only: their nodes are joined with what runs on them. */
function Pools({ answer, tab, view }: FoundProps) {
  const filter = filterOf([equal("assetType", "Node")]);
  const assets = useAssets(
    viewOf("assets", { window: view.window, filter, aggregate: ["cluster", "name"], step: "all" }),
  );
  return (
    <Outcome asked={assets} view={view}>
      {(nodes) => <Found answer={answer} tab={tab} view={view} rows={poolRows(answer, nodes)} by={POOL} />}
    </Outcome>
  );
}

const POOL = ["cluster", "pool"];

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
  const withIdle = tab.idle === "separate" || tab.id === "pool";
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <details className="notice notice-folding">
        <summary>
          <SplitLegend parts={withIdle ? PARTS : PARTS.slice(0, 2)} />
          <span className="notice-more">How this is counted</span>
        </summary>
        <dl className="definitions">
          <dt>Used</dt>
          <dd>cost × use ÷ what was charged for, for CPU and memory each</dd>
          <dt>Workload idle</dt>
          <dd>allocated cost − used: requested by workloads and not used</dd>
          <dt>Infrastructure idle</dt>
          <dd>cost of the nodes − allocated cost: provisioned and not requested; by cluster and by pool</dd>
        </dl>
      </details>
      <Table
        label={`Efficiency ${tab.title.toLowerCase()}`}
        columns={columns}
        rows={rows}
        rowId={(row) => row.name}
        sort={view.sort}
        onSort={(sort) => show({ ...view, sort })}
        totals
      />
    </>
  );
}
