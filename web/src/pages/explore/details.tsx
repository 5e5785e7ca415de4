/** Everything about one row: its path, each kind of cost, what it asks for and uses, when it was seen, where to go. */
import { type ReactNode, useEffect, useRef } from "react";
import { observedHours, observedWords } from "../../allocations/rates";
import type { AllocationRow, Allocations } from "../../api/schema";
import { above, below } from "../../drill";
import { equal, filterOf } from "../../filter";
import { Go } from "../../go";
import { show } from "../../location";
import { Delta } from "../../marks/delta";
import { Icon } from "../../marks/icon";
import { type Cell, List } from "../../marks/list";
import { Amount, Efficiency, Share } from "../../marks/meter";
import { pageOf } from "../../question";
import { type View, viewOf } from "../../url";
import { figureOf } from "../../why/figure";
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
      <Costs row={row} answer={answer} view={view} />
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

interface CostLine {
  readonly title: string;
  readonly cost: number;
  readonly column: string;
  readonly share: ReactNode;
  readonly look?: string;
}

function Costs({ row, answer, view }: DetailsProps) {
  const { currency } = answer;
  const { previous, total_cost, estimated_cost } = row;
  const part = (title: string, cost: number, column: string, look?: string): CostLine => ({
    title,
    cost,
    column,
    share: <Share part={shareOf(cost, total_cost)} />,
    ...(look ? { look } : {}),
  });
  const change = previous ? (
    <Delta now={previous.compared_cost ?? 0} before={previous.total_cost} currency={currency} />
  ) : null;
  const kinds = COSTS.filter(({ column }) => column !== "total_cost" && row[column]);
  return (
    <section aria-label="Costs">
      <p className="muted">{pricesWords(answer)}</p>
      <List<CostLine>
        cells={[
          { title: "Kind of cost", cell: ({ title }) => title },
          { title: "Share", className: "list-share", cell: ({ share }) => share },
          {
            title: "Cost",
            align: "end",
            cell: ({ cost, column }) => (
              <Amount
                value={cost}
                currency={currency}
                why={figureOf(answer, { ...view, rate: "" }, row.name, column)}
              />
            ),
          },
        ]}
        rows={[
          ...kinds.map(({ column, title }) => part(title, row[column] ?? 0, column)),
          { title: "Total", cost: total_cost, column: "total_cost", share: change, look: "list-total" },
          ...(estimated_cost
            ? [part("of it estimated", estimated_cost, "estimated_cost", "list-of-it")]
            : []),
        ]}
        rowId={({ title }) => title}
        rowClass={({ look }) => look}
        plain
      />
    </section>
  );
}

interface Used {
  readonly resource: string;
  readonly asks: string;
  readonly uses: string;
  readonly used: number | null;
  /** What is asked for over the whole time. */
  readonly all?: string;
}

const USES: readonly Cell<Used>[] = [
  { title: "Resource", cell: ({ resource }) => resource },
  { title: "Asks", align: "end", cell: ({ asks, all }) => <span title={all}>{asks}</span> },
  { title: "Uses", align: "end", cell: ({ uses }) => uses },
  { title: "Used", align: "end", cell: ({ used }) => <Efficiency value={used} /> },
];

/** Asked for against used, as means over the time its cluster was observed. */
function Use({ row, answer }: Omit<DetailsProps, "view">) {
  const cluster = row.key["cluster"] ?? row.cluster ?? "";
  const hours = observedHours(answer, cluster);
  const measured = (used: number | null, words: (mean: number) => string) =>
    used === null ? "not measured" : words(used / hours);
  const cores = (mean: number) => `${count(mean)} cores`;
  const gpus = (mean: number) => `${count(mean)} GPUs`;
  const rows: readonly Used[] = [
    {
      resource: "CPU",
      asks: cores(row.cpu_core_request_hours / hours),
      all: coreHours(row.cpu_core_request_hours),
      uses: measured(row.cpu_core_usage_hours, cores),
      used: row.cpu_efficiency,
    },
    {
      resource: "Memory",
      asks: bytes(row.ram_byte_request_hours / hours),
      all: byteHours(row.ram_byte_request_hours),
      uses: measured(row.ram_byte_usage_hours, bytes),
      used: row.ram_efficiency,
    },
    {
      resource: "GPU",
      asks: gpus(row.gpu_request_hours / hours),
      uses: measured(row.gpu_usage_hours, gpus),
      used: row.gpu_efficiency,
    },
  ];
  const shown = row.gpu_cost || row.gpu_request_hours ? rows : rows.slice(0, 2);
  return (
    <section aria-label="Requests and use">
      <h3>Asks for and uses, on average</h3>
      <p className="muted">Over {observedWords(answer, cluster)}</p>
      <List cells={USES} rows={shown} rowId={({ resource }) => resource} />
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
