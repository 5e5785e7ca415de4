/** The four figures of one cluster, the same as the fleet's. */

import type { Allocations, Cluster } from "../../api/schema";
import { isUnfinished } from "../../completeness";
import { Amount } from "../../marks/meter";
import { Tile } from "../../marks/tile";
import { type View, viewOf } from "../../url";
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
  const days = answer.series.filter(
    (bucket) => isFullDay(bucket.window) && !isUnfinished(bucket, answer.as_of),
  );
  const perDay =
    days.length > 0 ? days.reduce((all, bucket) => all + bucket.total_cost, 0) / days.length : null;
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
      </Tile>
      <Tile title="Per day" to={query} figure={perDay === null ? "–" : money(perDay, currency)}>
        {days.length === 0 ? "No full day in this window" : `Mean of ${days.length} full days`}
      </Tile>
      <Tile
        title="Idle"
        to={viewOf("efficiency", { window: query.window, filter: query.filter })}
        figure={percent(shareOf(idle, totals.total_cost))}
      >
        {money(idle, currency)} paid and not allocated
      </Tile>
      <Tile title="Observed" to={viewOf("health", { window: query.window })} figure={floorPercent(observed)}>
        {atLeast ? (own?.causes[0] ?? entry?.cause ?? "no cause was given") : "Every finished minute is here"}
      </Tile>
    </div>
  );
}

function isFullDay(window: { start: string; end: string }): boolean {
  return Date.parse(window.end) - Date.parse(window.start) === 86_400_000;
}

function floorPercent(fraction: number | null): string {
  return fraction === null ? "–" : `${Math.floor(fraction * 100)}%`;
}
