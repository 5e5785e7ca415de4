/** The columns of cloud costs, and the way down: provider, account, service, the resource itself. */
import type { Group } from "../../charts/stack";
import { Swatch } from "../../charts/swatch";
import type { Key } from "../../drill";
import { narrowed, pinnedBy } from "../../filter";
import { Amount, Share } from "../../marks/meter";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import type { View } from "../../url";
import { keyWords, partsOf } from "../../words/names";
import { percent, shareOf } from "../../words/percent";
import { capital } from "../../words/states";
import type { CloudCosts, CloudRow as Row } from "./cloud";

const LEVELS = ["provider", "account", "service", "providerID"] as const;

/** The kinds of cost a bill may tell apart; those the server does not send are left out. */
const KINDS: readonly (readonly [string, string, string])[] = [
  ["list_cost", "List", "At public prices"],
  ["net_cost", "Net", "After discounts and credits"],
  ["amortized_net_cost", "Amortised net", "Net, with commitments spread over their time"],
  ["amortized_cost", "Amortised", "With commitments spread over their time"],
  ["invoiced_cost", "Invoiced", "As the invoice says"],
];

/** The view one level below a row; null for a single resource. */
export function cloudBelow(view: View, key: Key): View | null {
  if (view.aggregate.includes("providerID")) return null;
  let filter = view.filter;
  for (const field of view.aggregate) {
    const value = key[field];
    if (value === undefined) return null;
    filter = narrowed(filter, field, value);
  }
  const pinned = pinnedBy(filter);
  const next = LEVELS.find((level) => !pinned.has(level)) ?? "providerID";
  return { ...view, filter, aggregate: [next], sort: "-total_cost" };
}

export function cloudColumns(
  answer: CloudCosts,
  view: View,
  groups: ReadonlyMap<string, Group>,
): readonly Column<Row>[] {
  const { currency, question, totals } = answer;
  const { rows } = answer;
  const sums = totals as unknown as Readonly<Record<string, unknown>>;
  const sign = (row: Row) => groups.get(row.name) ?? { kind: "other" as const, colour: "var(--other)" };
  const kinds = KINDS.filter(([id]) => rows.some((row) => typeof row[id] === "number")).map(
    ([id, title, meaning]): Column<Row> => ({
      id,
      title,
      meaning,
      align: "end",
      width: 8,
      rank: 3,
      value: (row) => numberOf(row[id]),
      cell: (row) => <Amount value={numberOf(row[id]) ?? 0} currency={currency} />,
      total: <Amount value={numberOf(sums[id]) ?? 0} currency={currency} />,
    }),
  );
  return [
    {
      id: "name",
      title: capital(question.aggregate.map(keyWords).join(" / ") || "name"),
      rank: 0,
      value: (row) => row.name,
      cell: (row) => (
        <PathName
          parts={partsOf(row, question.aggregate)}
          to={cloudBelow({ ...view, aggregate: question.aggregate, filter: question.filter }, row.key)}
          sign={<Swatch group={sign(row)} />}
        />
      ),
      total: <span className="path path-total">Total</span>,
    },
    {
      id: "kubernetes_percent",
      title: "Kubernetes",
      meaning: "Part of the cost that ran on a known cluster",
      align: "end",
      width: 6.5,
      rank: 4,
      idle: rows.every((row) => numberOf(row["kubernetes_percent"]) === null),
      value: (row) => numberOf(row["kubernetes_percent"]),
      cell: (row) => <span className="number">{percent(numberOf(row["kubernetes_percent"]))}</span>,
    },
    ...kinds,
    {
      id: "share",
      title: "Share",
      align: "end",
      width: 8.5,
      rank: 4,
      value: (row) => row.total_cost,
      cell: (row) => <Share part={shareOf(row.total_cost, totals.total_cost)} colour={sign(row).colour} />,
    },
    {
      id: "total_cost",
      title: "Total",
      align: "end",
      width: 8,
      rank: 0,
      value: (row) => row.total_cost,
      cell: (row) => <Amount value={row.total_cost} currency={currency} />,
      total: <Amount value={totals.total_cost} currency={currency} />,
    },
  ];
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
