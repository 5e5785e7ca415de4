/** The plain statement: it asks for so much, uses so much, and the difference costs so much a month. */

import { perMonth, usedCost } from "../../allocations/efficiency";
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
  const { totals, currency, question, as_of } = answer;
  const until = Math.min(Date.parse(question.window.end), Date.parse(as_of));
  const hours = Math.max(1, (until - Date.parse(question.window.start)) / 3_600_000);
  const cpuUsed = usedCost(totals.cpu_cost, totals.cpu_core_hours, totals.cpu_core_usage_hours);
  const ramUsed = usedCost(totals.ram_cost, totals.ram_byte_hours, totals.ram_byte_usage_hours);
  const idle =
    cpuUsed === null || ramUsed === null ? null : totals.cpu_cost + totals.ram_cost - cpuUsed - ramUsed;
  return (
    <div className="tiles">
      <Tile
        title="Cost"
        to={query}
        figure={<Amount value={totals.total_cost} currency={currency} atLeast={atLeast} />}
      >
        {money(perMonth(totals.total_cost, answer), currency)} a month at this rate
      </Tile>
      <Tile title="CPU" figure={`${count(totals.cpu_core_request_hours / hours)} cores`}>
        {totals.cpu_core_usage_hours === null
          ? "asked for; the use was not measured"
          : `asked for, ${count(totals.cpu_core_usage_hours / hours)} used (${percent(totals.cpu_efficiency)})`}
      </Tile>
      <Tile title="Memory" figure={bytes(totals.ram_byte_request_hours / hours)}>
        {totals.ram_byte_usage_hours === null
          ? "asked for; the use was not measured"
          : `asked for, ${bytes(totals.ram_byte_usage_hours / hours)} used (${percent(totals.ram_efficiency)})`}
      </Tile>
      <Tile title="Not used" figure={idle === null ? "–" : money(perMonth(idle, answer), currency)}>
        {idle === null
          ? "the use was not measured"
          : "a month, for CPU and memory that it asks for and does not use"}
      </Tile>
    </div>
  );
}
