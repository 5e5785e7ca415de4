/** The four figures of one cluster, the same as the fleet's. */

import { DAY_HOURS, observedHours, observedWords } from "../../allocations/rates";
import type { Allocations, Cluster } from "../../api/schema";
import { Amount } from "../../marks/meter";
import { Tile } from "../../marks/tile";
import { pageOf } from "../../question";
import { type View, viewOf } from "../../url";
import { figureOf } from "../../why/figure";
import { WhyWords } from "../../why/link";
import { money } from "../../words/money";
import { isIdle } from "../../words/names";
import { percent, shareOf } from "../../words/percent";
import { datesOf } from "../../words/window";

interface ClusterTilesProps {
  answer: Allocations;
  query: View;
  entry: Cluster | undefined;
  atLeast: boolean;
}

export function ClusterTiles({ answer, query, entry, atLeast }: ClusterTilesProps) {
  const { totals, currency, completeness } = answer;
  const idle = answer.rows.filter((row) => isIdle(row.name)).reduce((all, row) => all + row.total_cost, 0);
  const perDay = (totals.total_cost / observedHours(answer)) * DAY_HOURS;
  const idleOf = (column: "cpu_cost" | "ram_cost" | "gpu_cost") =>
    answer.rows.filter((row) => isIdle(row.name)).reduce((all, row) => all + row[column], 0);
  const gpu = idleOf("gpu_cost");
  const [own] = completeness;
  const observed = own && own.expected_minutes > 0 ? own.coverage_minutes / own.expected_minutes : null;
  return (
    <div className="tiles">
      <Tile
        title="Cost"
        to={query}
        figure={<Amount value={totals.total_cost} currency={currency} atLeast={atLeast} />}
      >
        {datesOf(answer.question.window)}
        <WhyWords figure={figureOf(answer, query, null, "total_cost")} />
      </Tile>
      <Tile title="Per day" to={{ ...query, rate: "day" }} figure={money(perDay, currency)}>
        {`Over ${observedWords(answer)}`}
      </Tile>
      <Tile title="Idle" to={pageOf(query, "efficiency")} figure={percent(shareOf(idle, totals.total_cost))}>
        {money(idle, currency)} paid and not allocated: CPU {money(idleOf("cpu_cost"), currency)}, memory{" "}
        {money(idleOf("ram_cost"), currency)}
        {gpu ? `, GPU ${money(gpu, currency)}` : ""}
      </Tile>
      <Tile title="Observed" to={viewOf("health", { window: query.window })} figure={floorPercent(observed)}>
        {atLeast ? (own?.causes[0] ?? entry?.cause ?? "no cause was given") : "Every finished minute is here"}
      </Tile>
    </div>
  );
}

function floorPercent(fraction: number | null): string {
  return fraction === null ? "–" : `${Math.floor(fraction * 100)}%`;
}
