/** The columns of the bill's tables. */
import type { Bills, Reconciled } from "../../api/schema";
import { Amount, Share } from "../../marks/meter";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { capital } from "../../words/states";
import { dayOf } from "../../words/window";
import { daysWords, finalDays } from "./final";

type OutcomeSum = Reconciled["outcomes"][number];
type LooseRow = Reconciled["unmatched_rows"][number];
type LooseAsset = Reconciled["unmatched_assets"][number];

export const BILLS: readonly Column<Bills>[] = [
  named("integration", "Bill", (bill) => bill.integration),
  {
    id: "final",
    title: "Final days",
    meaning: "Days whose costs do not change any more, of all days in this window",
    align: "end",
    width: 8,
    rank: 0,
    value: (bill) => finalDays(bill).final,
    cell: (bill) => <span className="number">{`${finalDays(bill).final} of ${finalDays(bill).all}`}</span>,
  },
  text("days", "Days by state", undefined, 2, daysWords),
  text("last", "Billed to", 9, 1, (bill) =>
    bill.last ? dayOf(new Date(Date.parse(bill.last) - 1), true) : "nothing yet",
  ),
  text("causes", "What is wrong", 16, 3, (bill) =>
    [...bill.causes, ...(bill.unmapped_rows > 0 ? [`${bill.unmapped_rows} rows fit no rule`] : [])].join(
      "; ",
    ),
  ),
];

/** The outcomes of one currency, with the bill's whole sum below. */
export function outcomeColumns(report: Reconciled, currency: string): readonly Column<OutcomeSum>[] {
  const own = report.outcomes.filter((one) => one.currency === currency);
  const whole = own.reduce((sum, { cost }) => sum + cost, 0);
  const rows = own.reduce((sum, one) => sum + one.rows, 0);
  return [
    named("outcome", "Outcome", (one) => capital(one.outcome), "The bill"),
    text("meaning", "Meaning", undefined, 2, (one) => one.meaning),
    count("rows", "Rows", (one) => one.rows, rows),
    amount("cost", "Billed", (one) => one.cost, currency, whole),
    {
      id: "share",
      title: "Share",
      align: "end",
      width: 8,
      rank: 1,
      value: (one) => one.cost,
      cell: (one) => <Share part={whole === 0 ? null : one.cost / whole} />,
    },
  ];
}

export const LOOSE_ROWS: readonly Column<LooseRow>[] = [
  named("resource", "Resource", (row) => row.provider_id || row.usage_type || row.rule),
  text("service", "Service", 11, 2, (row) => row.service),
  text("cluster", "Cluster by its tags", 9, 3, (row) => row.cluster || row.cluster_name || "none"),
  text("outcome", "Why it is on no asset", undefined, 1, (row) => row.meaning),
  count("days", "Days", (row) => row.days),
  amount("cost", "Billed", (row) => row.cost),
];

export const LOOSE_ASSETS: readonly Column<LooseAsset>[] = [
  named("name", "Asset", (one) => one.name),
  text("type", "Type", 7, 2, (one) => one.type),
  text("cluster", "Cluster", 9, 1, (one) => one.cluster),
  text("outcome", "Why", undefined, 3, (one) => one.meaning),
  count("days", "Days", (one) => one.days),
  amount("cost", "List", (one) => one.list_cost),
];

function named<Row>(id: string, title: string, words: (row: Row) => string, total?: string): Column<Row> {
  return {
    id,
    title,
    width: 14,
    rank: 0,
    value: words,
    cell: (row) => <PathName parts={[words(row)]} to={null} />,
    ...(total ? { total } : {}),
  };
}

function text<Row>(
  id: string,
  title: string,
  width: number | undefined,
  rank: number,
  words: (row: Row) => string,
): Column<Row> {
  return {
    id,
    title,
    ...(width === undefined ? {} : { width }),
    rank,
    value: words,
    cell: (row) => (
      <span className="cut" title={words(row)}>
        {words(row)}
      </span>
    ),
  };
}

function count<Row>(id: string, title: string, value: (row: Row) => number, total?: number): Column<Row> {
  const shown = (many: number) => <span className="number">{many.toLocaleString("en-US")}</span>;
  return {
    id,
    title,
    align: "end",
    width: 5,
    rank: 2,
    value,
    cell: (row) => shown(value(row)),
    ...(total === undefined ? {} : { total: shown(total) }),
  };
}

function amount<Row extends { currency: string }>(
  id: string,
  title: string,
  value: (row: Row) => number,
  currency = "",
  total?: number,
): Column<Row> {
  return {
    id,
    title,
    align: "end",
    width: 8,
    rank: 0,
    value,
    cell: (row) => <Amount value={value(row)} currency={row.currency} />,
    ...(total === undefined ? {} : { total: <Amount value={total} currency={currency} /> }),
  };
}
