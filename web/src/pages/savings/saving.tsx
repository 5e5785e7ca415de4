/** One saving: a line, and what is known of it once it is opened. */

import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import type { RequestAdvice, ResourceAdvice, Saving, Savings } from "../../api/schema";
import { Go } from "../../go";
import { show } from "../../location";
import { type View, viewOf } from "../../url";
import { money, moneyDelta } from "../../words/money";
import { percent } from "../../words/percent";
import { dateTime } from "../../words/window";
import { Aside } from "./aside";
import { Histogram } from "./histogram";
import { bytesWords, coresWords, doubtWords, factWords, freedOf, kindWords, placeWords } from "./words";

export function SavingRow({ saving, view }: { saving: Saving; view: View }) {
  const open = view.row === saving.id;
  const { currency, verdict } = saving;
  const sure = verdict === "ok" && !saving.archived;
  return (
    <details
      className="saving"
      open={open}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now !== open) show({ ...view, row: now ? saving.id : "" });
      }}
    >
      <summary className={sure ? "saving-line" : "saving-line saving-doubtful"}>
        <span className="saving-name">{placeWords(saving)}</span>
        <span className="muted">
          {kindWords(saving.kind)}
          <span className="saving-verdict">{doubtWords(saving)}</span>
          {saving.archived ? <span className="saving-verdict"> put aside</span> : null}
        </span>
        <Figure title="Bill smaller by" amount={saving.expected} currency={currency} />
        <Figure title="Frees" amount={freedOf(saving)} currency={currency} />
      </summary>
      {open ? <Evidence saving={saving} view={view} /> : null}
    </details>
  );
}

function Figure({ title, amount, currency }: { title: string; amount: string; currency: string }) {
  const value = Number(amount);
  return (
    <span className={value === 0 ? "end number zero" : "end number"} data-title={title}>
      {value === 0 ? "–" : value < 0 ? `needs ${money(-value, currency)} more` : money(value, currency)}
    </span>
  );
}

function Evidence({ saving, view }: { saving: Saving; view: View }) {
  const { currency, facts, reasons, controller, advice } = saving;
  return (
    <div className="saving-evidence">
      <dl className="saving-facts">
        <Fact name="Costs a month" value={money(Number(saving.cost), currency)} />
        {Number(saving.expected) > 0 ? (
          <Fact
            name="Bill smaller by"
            value={`${money(Number(saving.expected), currency)}; ${money(Number(saving.low), currency)} is sure, ${money(Number(saving.high), currency)} at most`}
          />
        ) : null}
        {facts.map((fact) => (
          <Fact key={fact.name} name={capital(fact.name)} value={factWords(fact)} />
        ))}
        {reasons.map(({ reason, meaning }) => (
          <Fact key={reason} name={`Why ${saving.verdict}`} value={capital(meaning)} />
        ))}
      </dl>
      {advice ? <Advised saving={saving} advice={advice} view={view} /> : null}
      <p className="saving-ways">
        {controller ? (
          <Go to={workloadOf(saving)}>{`Costs of ${controller}`}</Go>
        ) : saving.cluster ? (
          <Go to={viewOf("cluster", { path: [saving.cluster] })}>{`Costs of ${saving.cluster}`}</Go>
        ) : null}
        <Aside saving={saving} />
      </p>
    </div>
  );
}

function workloadOf({ cluster, namespace, controller_kind, controller }: Saving): View {
  return viewOf("workload", { path: [cluster, namespace, `${controller_kind}:${controller}`] });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  );
}

/** The distributions come with the one container that is looked at: a list of them would be large. */
function Advised({ saving, advice, view }: { saving: Saving; advice: RequestAdvice; view: View }) {
  const asked = useAsked<Savings>(
    addressOf("api/v1/savings/requests", {
      window: view.window,
      profile: view.profile === "production" ? "" : view.profile,
      currency: view.currency,
      archived: "true",
      id: saving.id,
    }),
  );
  const whole = asked.data?.savings[0]?.advice ?? advice;
  const { evidence } = advice;
  return (
    <>
      <div className="saving-resources">
        <Resource
          title="CPU"
          advice={whole.cpu}
          words={coresWords}
          freed={Number(advice.cpu_freed)}
          currency={saving.currency}
        />
        <Resource
          title="Memory"
          advice={whole.ram}
          words={bytesWords}
          freed={Number(advice.ram_freed)}
          currency={saving.currency}
        />
      </div>
      <p className="muted">
        {`Measured for ${hoursWords(evidence.hours_observed)} of ${hoursWords(evidence.hours_running)} that its pods ran since ${dateTime(evidence.since)}, on ${evidence.days} days. `}
        {evidence.changed ? "What it asks for changed then. " : ""}
        {`Restarts: ${evidence.restarts ?? "not measured"}; kills for want of memory: ${evidence.oom_kills ?? "not measured"}; held back by its CPU limit: ${fractionWords(evidence.throttled_fraction)}; waited for CPU: ${fractionWords(evidence.cpu_pressure)}.`}
      </p>
    </>
  );
}

const hoursWords = (hours: number): string => `${Math.round(hours).toLocaleString("en-US")} h`;
const fractionWords = (fraction: number | null): string =>
  fraction === null ? "not measured" : percent(fraction);

interface ResourceProps {
  title: string;
  advice: ResourceAdvice;
  words: (value: number | null) => string;
  freed: number;
  currency: string;
}

function Resource({ title, advice, words, freed, currency }: ResourceProps) {
  const { now, request, low, high, reasons } = advice;
  const ends = low !== null && high !== null && low !== high ? ` (${words(low)} to ${words(high)})` : "";
  return (
    <section className="saving-resource">
      <h3>{title}</h3>
      <p>
        {request === null ? (
          `Asks for ${words(now)}; no other is recommended: ${reasons.join(", ")}`
        ) : (
          <>
            {`Asks for ${words(now)}, recommended `}
            <strong>{words(request)}</strong>
            {`${ends}: ${moneyDelta(-freed, currency)} a month`}
          </>
        )}
      </p>
      <Histogram title={title} advice={advice} words={words} />
      <p className="muted">
        {`Mean ${words(advice.mean)}, highest ${words(advice.peak)}${advice.limit ? `, limit ${words(advice.limit)}` : ""}.`}
        {advice.uneven ? " Pods are unlike: the worst one counts." : ""}
        {advice.exceeded === null
          ? ""
          : ` Of the second half, ${percent(advice.exceeded)} was above what the first would have said.`}
      </p>
    </section>
  );
}
