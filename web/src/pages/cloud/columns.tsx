/** The columns of cloud costs, and the way down: provider, account, service, the resource itself. */
import type { CloudCosts, CloudRow as Row } from "../../api/schema";
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

const LEVELS = ["provider", "accountName", "service", "providerID"] as const;

type Kind = "list_cost" | "net_cost" | "amortized_net_cost" | "amortized_cost" | "invoiced_cost";

/** The five costs of a bill. */
const KINDS: readonly (readonly [Kind, string, string])[] = [
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
  const { question, totals, rows, currency } = answer;
  const money = (value: number) => <Amount value={value} currency={currency} />;
  const total = (id: string) => money(totals[id] ?? 0);
  const sign = (row: Row) => groups.get(row.name) ?? { kind: "other" as const, colour: "var(--other)" };
  const kinds = KINDS.map(
    ([id, title, meaning]): Column<Row> => ({
      id,
      title,
      meaning,
      align: "end",
      width: 8,
      rank: 5,
      idle: rows.every((row) => row[id] === row.total_cost),
      value: (row) => row[id] ?? null,
      cell: (row) => money(row[id] ?? 0),
      total: total(id),
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
    ...kinds,
    {
      id: "kubernetes",
      title: "Kubernetes",
      meaning: "How much of the total ran for Kubernetes clusters",
      align: "end",
      width: 6.5,
      rank: 3,
      idle: rows.every((row) => !row.kubernetes_percent),
      value: (row) => row.kubernetes_percent ?? null,
      cell: (row) => <span className="number">{percent(row.kubernetes_percent ?? null)}</span>,
      total: (
        <span className="number">
          {percent(shareOf(totals[`kubernetes_${answer.metric}`] ?? 0, totals["total_cost"] ?? 0))}
        </span>
      ),
    },
    {
      id: "share",
      title: "Share",
      align: "end",
      width: 8.5,
      rank: 4,
      value: (row) => row.total_cost,
      cell: (row) => (
        <Share part={shareOf(row.total_cost, totals["total_cost"] ?? 0)} colour={sign(row).colour} />
      ),
    },
    {
      id: "total_cost",
      title: "Total",
      align: "end",
      width: 8,
      rank: 0,
      value: (row) => row.total_cost,
      cell: (row) => money(row.total_cost),
      total: total("total_cost"),
    },
  ];
}
