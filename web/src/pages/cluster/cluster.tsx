/** One cluster: what it cost, on what, and whether its data can be believed. */

import { useStacked } from "../../allocations/use-stacked";
import { useAllocations, useAssets, useClusters } from "../../api/hooks";
import { allocationsAddress } from "../../api/questions";
import type { Allocations, Cluster as ClusterEntry } from "../../api/schema";
import { Bars } from "../../charts/bars";
import { isLowerBound } from "../../completeness";
import { FiguresChoice } from "../../controls/figures";
import { WindowChoice } from "../../controls/window";
import { equal, filterOf } from "../../filter";
import { Title, Tools } from "../../frame/page";
import { Export, Share } from "../../frame/share";
import { Go } from "../../go";
import { HealthStrip } from "../../health/strip";
import { useHealth } from "../../health/use-health";
import { StateMark } from "../../marks/state";
import { questionOf } from "../../question";
import { Empty } from "../../states/empty";
import { Outcome } from "../../states/outcome";
import { Partial as PartialNotice, Warnings } from "../../states/partial";
import { AnswerTable } from "../../table/answer";
import { type View, viewOf } from "../../url";
import { figuresWords } from "../../words/figures";
import { localTime, whenOf, windowWords } from "../../words/window";
import { AssetSplit } from "./assets";
import { Nodes } from "./nodes";
import { ClusterTiles } from "./tiles";
import { UnclaimedNodes } from "./unclaimed";

export function Cluster({ view }: { view: View }) {
  const id = view.path[0] ?? "";
  const query = questionOf(view, {
    step: view.step,
    aggregate: ["namespace"],
    filter: filterOf([equal("cluster", id)]),
  });
  const asked = useAllocations(query);
  const clusters = useClusters();
  const entry = clusters.data?.clusters.find((candidate) => candidate.cluster === id);
  const address = allocationsAddress(query);
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={asked.data?.question.window} />
        <Export address={address} />
      </Tools>
      <Title
        under={<Facts entry={entry} asOf={clusters.data?.as_of} known={clusters.data !== undefined} />}
        aside={
          <div className="controls">
            <WindowChoice view={view} answered={asked.data?.question.window} />
            <FiguresChoice view={view} answer={asked.data} />
          </div>
        }
      >
        {`${id}, ${windowWords(view.window)}`}
      </Title>
      <Outcome asked={asked} view={view}>
        {(answer) =>
          answer.rows.length === 0 ? (
            <Empty answer={answer} view={view} />
          ) : (
            <Found answer={answer} query={query} view={view} entry={entry} />
          )
        }
      </Outcome>
      <Strip id={id} view={view} />
    </>
  );
}

/** What the registry knows of the cluster, in one line. */
function Facts({
  entry,
  asOf,
  known,
}: {
  entry: ClusterEntry | undefined;
  asOf: string | undefined;
  known: boolean;
}) {
  if (!entry) return known ? "The registry does not know a cluster of this name." : " ";
  const facts = [
    [entry.provider, entry.region].filter(Boolean).join(" "),
    entry.agent_version ? `agent ${entry.agent_version}` : "",
    entry.source ?? "",
    entry.price_source ? `prices: ${entry.price_source}` : "",
  ].filter(Boolean);
  return (
    <span className="fact-line">
      <StateMark state={entry.state} detail={entry.cause} />
      {entry.last ? (
        <span title={localTime(entry.last)}>data to {whenOf(entry.last, asOf ?? entry.last)}</span>
      ) : null}
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </span>
  );
}

interface FoundProps {
  answer: Allocations;
  query: View;
  view: View;
  entry: ClusterEntry | undefined;
}

function Found({ answer, query, view, entry }: FoundProps) {
  const { stack, columns, drill } = useStacked(answer, query);
  const assets = useAssets({ ...query, aggregate: ["type"], step: "all" });
  return (
    <>
      <PartialNotice completeness={answer.completeness} window={view.window} />
      <Warnings warnings={answer.warnings} />
      <p className="muted">{`Prices: ${figuresWords(answer)}`}</p>
      <ClusterTiles answer={answer} query={query} entry={entry} atLeast={isLowerBound(answer.completeness)} />
      <div className="two-thirds">
        <Bars stack={stack} currency={answer.currency} label="Cost by namespace, over time" onPick={drill} />
        <AssetSplit asked={assets} query={query} />
      </div>
      <section className="stack" aria-labelledby="namespaces">
        <div className="section-head">
          <h2 id="namespaces">Namespaces</h2>
          <p>
            <Go to={query}>In Explore</Go>
          </p>
        </div>
        <AnswerTable label="Namespaces" columns={columns} rows={answer.rows} view={view} totals />
      </section>
      <Nodes query={query} />
      <UnclaimedNodes query={query} />
    </>
  );
}

/** This cluster's data health for the window; there even where there is no cost to show. */
function Strip({ id, view }: { id: string; view: View }) {
  const { asked } = useHealth(view.window, "allocations");
  const clusters = asked.data?.clusters.filter((candidate) => candidate.cluster === id) ?? [];
  if (clusters.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="health">
      <div className="section-head">
        <h2 id="health">Data health</h2>
        <p>
          <Go to={viewOf("health", { window: view.window })}>The whole fleet</Go>
        </p>
      </div>
      <HealthStrip clusters={clusters} asOf={asked.data?.as_of} />
    </section>
  );
}
