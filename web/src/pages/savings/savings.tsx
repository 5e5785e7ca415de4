/** Savings: what the fleet could do without, the most money first; each opens to its evidence. */

import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import type { SavingKind, Savings as SavingsAnswer, SavingsTotal } from "../../api/schema";
import { Choice } from "../../controls/choice";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Share } from "../../frame/share";
import { show } from "../../location";
import { Tile } from "../../marks/tile";
import { Outcome } from "../../states/outcome";
import { Loading } from "../../states/screens";
import type { View } from "../../url";
import { money } from "../../words/money";
import { percent, shareOf } from "../../words/percent";
import { datesOf } from "../../words/window";
import { NotJudged } from "./not-judged";
import { SavingRow } from "./saving";
import { KIND_WORDS, PROFILES } from "./words";

/** Rows of one answer; the rest is little, because the most money comes first. */
const MOST = 200;

const ARCHIVED = "archived";

export function savingsAddress(view: View): string {
  const kind = view.tab === ARCHIVED ? "" : view.tab;
  return addressOf(kind ? `api/v1/savings/${kind}` : "api/v1/savings", {
    window: view.window,
    profile: view.profile === "production" ? "" : view.profile,
    currency: view.currency,
    archived: view.tab === ARCHIVED ? "true" : "",
    limit: String(MOST),
  });
}

export function Savings({ view }: { view: View }) {
  const address = savingsAddress(view);
  const asked = useAsked<SavingsAnswer>(address);
  const change = (changes: Partial<View>) => show({ ...view, row: "", ...changes });
  const kinds = Object.entries(KIND_WORDS).map(([kind, words]) => [kind, words] as const);
  return (
    <>
      <Tools>
        <Share view={view} address={address} />
      </Tools>
      <Title under="A month, at the prices that were charged. Nothing is changed on any cluster">
        What the fleet could do without
      </Title>
      <div className="controls">
        <WindowChoice view={view} />
        <Choice
          title="Kind"
          value={view.tab}
          options={[["", "All"], ...kinds, [ARCHIVED, "Put aside too"]]}
          onChoose={(tab) => change({ tab })}
        />
        <Choice
          title="Room to spare"
          value={view.profile}
          options={PROFILES}
          onChoose={(profile) => change({ profile })}
        />
      </div>
      <Outcome asked={asked} view={view} waiting={<Loading chart={false} rows={12} />}>
        {(answer) => <Found answer={answer} view={view} />}
      </Outcome>
    </>
  );
}

function Found({ answer, view }: { answer: SavingsAnswer; view: View }) {
  const { savings, totals, row_count, archived_count } = answer;
  return (
    <>
      {totals.map((total) => (
        <Totals key={total.currency} total={total} answer={answer} />
      ))}
      <section className="card panel savings" aria-labelledby="savings-title">
        <h2 id="savings-title">By money</h2>
        {savings.length === 0 ? (
          <p className="muted">Nothing to save was found in what could be judged.</p>
        ) : (
          <>
            <p className="saving-line saving-head muted" aria-hidden="true">
              <span>What</span>
              <span>Kind</span>
              <span className="end">Bill smaller by</span>
              <span className="end">Frees</span>
            </p>
            {savings.map((saving) => (
              <SavingRow key={saving.id} saving={saving} view={view} />
            ))}
          </>
        )}
        {row_count > savings.length ? (
          <p className="muted">{`The first ${savings.length} of ${row_count}.`}</p>
        ) : null}
        {archived_count > 0 && view.tab !== ARCHIVED ? (
          <p className="muted">{`${archived_count} were put aside and are in no sum.`}</p>
        ) : null}
      </section>
      <NotJudged kinds={answer.kinds} />
    </>
  );
}

function Totals({ total, answer }: { total: SavingsTotal; answer: SavingsAnswer }) {
  const { currency } = total;
  const [expected, low, high, freed, spent] = (["expected", "low", "high", "freed", "spent"] as const).map(
    (name) => Number(total[name]),
  ) as [number, number, number, number, number];
  return (
    <div className="tiles savings-tiles">
      <Tile title="The bill could be smaller by" figure={`${money(expected, currency)} a month`}>
        {`${money(low, currency)} is sure, ${money(high, currency)} at most; ${percent(shareOf(expected, spent))} of what is spent`}
      </Tile>
      <Tile title="Could be given back" figure={`${money(freed, currency)} a month`}>
        Requests, idle workloads and GPUs: money only when a node goes, so it is in no sum with the bill
      </Tile>
      <Tile title="Spent" figure={`${money(spent, currency)} a month`}>
        {`${datesOf(answer.window)}; no cost is claimed twice`}
      </Tile>
      <Tile title="Not judged" figure={withheldOf(answer.kinds)}>
        {`of ${answer.kinds.reduce((all, kind) => all + kind.judged, 0)} things that were looked at`}
      </Tile>
    </div>
  );
}

function withheldOf(kinds: readonly SavingKind[]): string {
  return String(
    kinds.reduce((all, kind) => all + kind.withheld.reduce((sum, reason) => sum + reason.count, 0), 0),
  );
}
