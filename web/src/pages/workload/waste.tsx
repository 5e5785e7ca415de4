/** The plain statement: it asks for so much, uses so much, and the difference costs so much a month. */

import { perMonth, resourcesOf } from "../../allocations/efficiency";
import { observedHours } from "../../allocations/rates";
import type { Allocations } from "../../api/schema";
import { Amount } from "../../marks/meter";
import { Tile } from "../../marks/tile";
import type { View } from "../../url";
import { bytes, count } from "../../words/hours";
import { money } from "../../words/money";
import { percent } from "../../words/percent";

interface WasteProps {
  answer: Allocations;
  query: View;
  atLeast: boolean;
}

export function Waste({ answer, query, atLeast }: WasteProps) {
  const { totals, currency } = answer;
  const hours = observedHours(answer);
  const resources = resourcesOf(totals);
  const measured = resources.filter(({ used }) => used !== null);
  const idle = measured.reduce((all, { cost, used }) => all + cost - (used ?? 0), 0);
  const unmeasured = resources.filter(({ used }) => used === null).reduce((all, { cost }) => all + cost, 0);
  const cores = (amount: number) => `${count(amount / hours)} cores`;
  const memory = (amount: number) => bytes(amount / hours);
  const cards = (amount: number) => `${count(amount / hours)} GPUs`;
  return (
    <div className="tiles">
      <Tile
        title="Cost"
        to={query}
        figure={<Amount value={totals.total_cost} currency={currency} atLeast={atLeast} />}
      >
        {money(perMonth(totals.total_cost, answer), currency)} a month at the rate of the observed time
      </Tile>
      <Tile title="CPU" figure={cores(totals.cpu_core_request_hours)}>
        {askedFor(totals.cpu_core_usage_hours, totals.cpu_efficiency, cores)}
        {`; ${money(totals.cpu_cost, currency)} paid`}
      </Tile>
      <Tile title="Memory" figure={memory(totals.ram_byte_request_hours)}>
        {askedFor(totals.ram_byte_usage_hours, totals.ram_efficiency, memory)}
        {`; ${money(totals.ram_cost, currency)} paid`}
      </Tile>
      {totals.gpu_cost || totals.gpu_request_hours ? (
        <Tile title="GPU" figure={cards(totals.gpu_request_hours)}>
          {askedFor(totals.gpu_usage_hours, totals.gpu_efficiency, cards)}
          {`; ${money(totals.gpu_cost, currency)} paid`}
        </Tile>
      ) : null}
      <Tile title="Not used" figure={measured.length === 0 ? "–" : money(perMonth(idle, answer), currency)}>
        a month, for CPU, memory and GPUs that it asks for and does not use
        {unmeasured > 0 ? `; the use of ${money(unmeasured, currency)} was not measured` : ""}
      </Tile>
    </div>
  );
}

/** `asked for, 0.2 cores used (20%)`; more than it asked for is said. */
function askedFor(
  usage: number | null,
  efficiency: number | null,
  words: (amount: number) => string,
): string {
  if (usage === null) return "asked for; the use was not measured";
  const more = efficiency !== null && efficiency > 1 ? ", more than it asks for" : "";
  return `asked for, ${words(usage)} used (${percent(efficiency)}${more})`;
}
