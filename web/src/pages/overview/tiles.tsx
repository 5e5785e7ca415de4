/** The overview's four figures: cost, rate, idle, completeness. */

import { observedWords } from "../../allocations/rates";
import type { Allocations, Clusters } from "../../api/schema";
import { freshnessOf } from "../../frame/freshness";
import { Delta } from "../../marks/delta";
import { Amount } from "../../marks/meter";
import { StateShape } from "../../marks/state";
import { Tile } from "../../marks/tile";
import { pageOf } from "../../question";
import { type View, viewOf } from "../../url";
import { figureOf } from "../../why/figure";
import { WhyWords } from "../../why/link";
import { comparedWords } from "../../words/compared";
import { money } from "../../words/money";
import { percent, shareOf } from "../../words/percent";
import { capital, isCurrent, stateOf } from "../../words/states";
import { datesOf, windowWords } from "../../words/window";
import type { Figures } from "./figures";

interface TilesProps {
  answer: Allocations;
  figures: Figures;
  clusters: Clusters | undefined;
  query: View;
  atLeast: boolean;
}

export function Tiles({ answer, figures, clusters, query, atLeast }: TilesProps) {
  const { currency, totals, previous } = answer;
  const { cpu, ram, gpu } = figures.idleOf;
  return (
    <div className="tiles">
      <Tile
        title={query.window === "month" ? "This month so far" : capital(windowWords(query.window))}
        to={query}
        figure={<Amount value={totals.total_cost} currency={currency} atLeast={atLeast} />}
      >
        {previous && previous.total_cost !== null ? (
          <>
            <Delta now={previous.compared_cost ?? 0} before={previous.total_cost} currency={currency} />
            {", "}
          </>
        ) : null}
        {comparedWords(answer) ?? datesOf(answer.question.window)}
        <WhyWords figure={figureOf(answer, query, null, "total_cost")} />
      </Tile>
      <Tile
        title="Per day"
        to={{ ...query, rate: "day", compare: "" }}
        figure={figures.perDay === null ? "–" : money(figures.perDay, currency)}
      >
        {figures.perDay === null
          ? "Nothing observed yet"
          : `Over ${observedWords(answer)}${query.window === "month" ? `; ${monthWords(figures.projected, currency)}` : ""}`}
      </Tile>
      <Tile
        title="Idle"
        to={pageOf(query, "efficiency")}
        figure={percent(shareOf(figures.idleCost, totals.total_cost))}
      >
        {money(figures.idleCost, currency)} paid and not allocated
        {figures.mostIdle ? `, most in ${figures.mostIdle}` : ""}: CPU {money(cpu, currency)}, memory{" "}
        {money(ram, currency)}
        {gpu ? `, GPU ${money(gpu, currency)}` : ""}
      </Tile>
      <CompletenessTile clusters={clusters} />
    </div>
  );
}

function monthWords(projected: number | null, currency: string): string {
  if (projected === null) return "the month is estimated after its first whole day";
  return `${money(Math.round(projected), currency).replace(/\.00$/, "")} for the month at this rate`;
}

function CompletenessTile({ clusters }: { clusters: Clusters | undefined }) {
  if (!clusters) return <Tile title="Completeness" figure="…" />;
  const { current, all } = freshnessOf(clusters);
  const behind = clusters.clusters.filter(
    (cluster) => cluster.state !== "retired" && !isCurrent(cluster.state),
  );
  return (
    <Tile title="Clusters up to date" to={viewOf("health")} figure={`${current} of ${all}`}>
      {behind.length === 0 ? (
        "Every finished hour of every cluster is here"
      ) : (
        <span className="tile-states">
          {behind.map((cluster) => (
            <span
              key={cluster.cluster}
              className="nowrap"
              title={cluster.cause ?? stateOf(cluster.state).meaning}
            >
              <StateShape state={cluster.state} /> {cluster.cluster} {stateOf(cluster.state).word}
            </span>
          ))}
        </span>
      )}
    </Tile>
  );
}
