/** Everything about one row: its path, each kind of cost, what it asks for and uses, when it was seen, where to go. */
import { useEffect, useRef } from "react";
import { observedHours, observedWords } from "../../allocations/rates";
import type { AllocationRow, Allocations } from "../../api/schema";
import { above, below } from "../../drill";
import { equal, filterOf } from "../../filter";
import { Go } from "../../go";
import { show } from "../../location";
import { Delta } from "../../marks/delta";
import { Icon } from "../../marks/icon";
import { Amount, Efficiency, Share } from "../../marks/meter";
import { pageOf } from "../../question";
import { type View, viewOf } from "../../url";
import { COSTS } from "../../words/costs";
import { byteHours, bytes, coreHours, count } from "../../words/hours";
import { isIdle, keyWords, partsOf, partWords } from "../../words/names";
import { shareOf } from "../../words/percent";
import { pricesWords } from "../../words/prices";
import { dateTime } from "../../words/window";

interface DetailsProps {
  row: AllocationRow;
  answer: Allocations;
  view: View;
}

export function Details({ row, answer, view }: DetailsProps) {
  const by = answer.question.aggregate;
  const parts = partsOf(row, by).map(partWords);
  const close = () => {
    // The focus goes back to where the details were opened from, which stays in the page.
    document.querySelector<HTMLElement>(".row-open [data-more]")?.focus();
    show({ ...view, row: "" }, "replace");
  };
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is another reading
  useEffect(() => heading.current?.focus(), [row.name]);
  return (
    <aside
      className="drawer"
      aria-label={`Details of ${parts.join(" / ")}`}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header className="drawer-head">
        <div>
          <p className="muted">{by.map(keyWords).join(" / ")}</p>
          <h2 ref={heading} tabIndex={-1}>
            {parts.join(" / ")}
          </h2>
        </div>
        <button type="button" className="icon-button" aria-label="Close the details" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Costs row={row} answer={answer} />
      {isIdle(row.name) ? (
        <p className="muted">
          Paid for and not allocated to any workload: the cost of the nodes minus what runs on them.
        </p>
      ) : (
        <Use row={row} answer={answer} />
      )}
      <Facts row={row} answer={answer} />
      <Ways row={row} answer={answer} view={view} />
    </aside>
  );
}

function Costs({ row, answer }: Omit<DetailsProps, "view">) {
  const { currency } = answer;
  const costs = COSTS.filter(({ column }) => column !== "total_cost" && row[column]);
  return (
    <section aria-label="Costs">
      <p className="muted">{pricesWords(answer)}</p>
      <table className="list number">
        <tbody>
          {costs.map(({ column, title }) => (
            <tr key={column}>
              <th scope="row">{title}</th>
              <td className="list-share">
                <Share part={shareOf(row[column] ?? 0, row.total_cost)} />
              </td>
              <td className="end">
                <Amount value={row[column] ?? 0} currency={currency} />
              </td>
            </tr>
          ))}
          <tr className="list-total">
            <th scope="row">Total</th>
            <td className="list-share">
              {row.previous ? (
                <Delta
                  now={row.previous.compared_cost ?? 0}
                  before={row.previous.total_cost}
                  currency={currency}
                />
              ) : null}
            </td>
            <td className="end">
              <Amount value={row.total_cost} currency={currency} />
            </td>
          </tr>
          {row.estimated_cost ? (
            <tr className="list-of-it">
              <th scope="row">of it estimated</th>
              <td className="list-share">
                <Share part={shareOf(row.estimated_cost, row.total_cost)} />
              </td>
              <td className="end">
                <Amount value={row.estimated_cost} currency={currency} />
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}

/** Asked for against used, as means over the time its cluster was observed. */
function Use({ row, answer }: Omit<DetailsProps, "view">) {
  const cluster = row.key["cluster"] ?? row.cluster ?? "";
  const hours = observedHours(answer, cluster);
  const gpuUsed = row.gpu_usage_hours;
  const cpuUsed = row.cpu_core_usage_hours;
  const ramUsed = row.ram_byte_usage_hours;
  return (
    <section aria-label="Requests and use">
      <h3>Asks for and uses, on average</h3>
      <p className="muted">Over {observedWords(answer, cluster)}</p>
      <table className="list number">
        <thead>
          <tr>
            <th scope="col">Resource</th>
            <th scope="col" className="end">
              Asks
            </th>
            <th scope="col" className="end">
              Uses
            </th>
            <th scope="col" className="end">
              Used
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">CPU</th>
            <td className="end" title={coreHours(row.cpu_core_request_hours)}>
              {count(row.cpu_core_request_hours / hours)} cores
            </td>
            <td className="end">{cpuUsed === null ? "not measured" : `${count(cpuUsed / hours)} cores`}</td>
            <td className="end">
              <Efficiency value={row.cpu_efficiency} />
            </td>
          </tr>
          <tr>
            <th scope="row">Memory</th>
            <td className="end" title={byteHours(row.ram_byte_request_hours)}>
              {bytes(row.ram_byte_request_hours / hours)}
            </td>
            <td className="end">{ramUsed === null ? "not measured" : bytes(ramUsed / hours)}</td>
            <td className="end">
              <Efficiency value={row.ram_efficiency} />
            </td>
          </tr>
          {row.gpu_cost || row.gpu_request_hours ? (
            <tr>
              <th scope="row">GPU</th>
              <td className="end">{count(row.gpu_request_hours / hours)} GPUs</td>
              <td className="end">{gpuUsed === null ? "not measured" : `${count(gpuUsed / hours)} GPUs`}</td>
              <td className="end">
                <Efficiency value={row.gpu_efficiency} />
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}

function Facts({ row, answer }: Omit<DetailsProps, "view">) {
  const facts: readonly (readonly [string, string])[] = [
    ["First seen in the window", `${dateTime(row.start)} UTC`],
    ["Last seen in the window", `${dateTime(row.end)} UTC`],
    ...(["cluster", "namespace", "controller", "pod", "node"] as const)
      .filter((field) => row[field] && !answer.question.aggregate.includes(field))
      .map((field) => [keyWords(field), row[field]] as const),
  ];
  return (
    <dl className="definitions">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name.charAt(0).toUpperCase() + name.slice(1)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Ways({ row, answer, view }: DetailsProps) {
  const here = { ...view, row: "", aggregate: answer.question.aggregate, filter: answer.question.filter };
  const down = isIdle(row.name) ? null : below(here, row.key);
  const up = above(here);
  const cluster = row.key["cluster"] ?? row.cluster;
  return (
    <p className="drawer-ways">
      {down ? (
        <Go to={down} className="button button-first">
          One level down
        </Go>
      ) : null}
      {up ? (
        <Go to={up} className="button">
          One level up
        </Go>
      ) : null}
      {cluster ? (
        <Go to={pageOf(view, "cluster", { path: [cluster], filter: "" })} className="button">
          The cluster
        </Go>
      ) : null}
      {cluster ? (
        <Go to={viewOf("prices", { filter: filterOf([equal("cluster", cluster)]) })} className="button">
          Why this price
        </Go>
      ) : null}
    </p>
  );
}
