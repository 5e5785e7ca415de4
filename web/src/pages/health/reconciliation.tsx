/** How list prices and bills were brought together, by cluster; where there are no bills, a plain statement. */
import { useMemo } from "react";
import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import type { Reconciled } from "../../api/schema";
import { narrowed } from "../../filter";
import { Go } from "../../go";
import { Amount } from "../../marks/meter";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { SideTable } from "../../table/side";
import { viewOf } from "../../url";
import { money } from "../../words/money";
import { finalWords } from "../bill/final";

export function Reconciliation({ window }: { window: string }) {
  const { data, error } = useAsked<Reconciled>(addressOf("api/v1/reconciliation", { window }));
  const unknown = error instanceof ProblemError && error.kind === "not found";
  return (
    <section className="stack" aria-labelledby="reconciliation">
      <div className="section-head">
        <h2 id="reconciliation">Reconciliation with bills</h2>
      </div>
      {data && data.completeness.length > 0 ? (
        <Found report={data} window={window} />
      ) : error && !unknown ? (
        <p className="muted">Could not be read: {error.message}</p>
      ) : (
        <p className="muted">
          No bill has been compared yet: all costs are at list prices.{" "}
          <Go to={viewOf("cloud")} className="inline-link">
            How to add bills
          </Go>
        </p>
      )}
    </section>
  );
}

const PARTS: Readonly<Record<string, string>> = {
  matched: "on assets of the clusters",
  waiting: "waits: its assets stay at list price until the bill has come far enough",
  "reconciled by its agent": "on assets that their agents reconcile",
  "other currency": "on assets that are kept in another currency",
  "no asset": "of a cluster by its tags, on no asset",
  "unmonitored cluster": "of clusters that do not report",
  "outside of clusters": "outside of clusters",
};

/** Where a bill's money went, each part by its own name: `$1,356.52 on assets of the clusters, $609.80 outside of clusters` */
export function partsOf(
  { outcomes }: Pick<Reconciled, "outcomes">,
  { currency }: Pick<Reconciled["bills"][number], "currency">,
): string {
  return outcomes
    .filter((one) => one.currency === currency && one.cost !== 0)
    .sort((one, other) => other.cost - one.cost)
    .map(({ outcome, cost }) => `${money(cost, currency)} ${PARTS[outcome] ?? outcome}`)
    .join(", ");
}

type Day = Pick<
  Reconciled["days"][number],
  "cluster" | "currency" | "list_cost" | "adjustment" | "reconciled_cost"
>;

interface Line {
  readonly cluster: string;
  readonly currency: string;
  readonly list: number;
  readonly adjustment: number;
  readonly reconciled: number;
}

function Found({ report, window }: { report: Reconciled; window: string }) {
  const lines = useMemo(() => linesOf(report), [report]);
  return (
    <>
      <ul className="bills-sums number">
        {report.bills.map((bill) => (
          <li key={bill.currency}>
            <strong>{money(Number(bill.billed_cost), bill.currency)}</strong> billed: {partsOf(report, bill)}.
            {bill.closes ? "" : " The two do not add up to the bill."}
          </li>
        ))}
      </ul>
      <p>
        {finalWords(report.completeness)}{" "}
        <Go to={viewOf("bill", { window })} className="inline-link">
          The bill, its dearest rows on no asset, and assets at list price
        </Go>
      </p>
      {lines.length > 0 ? (
        <SideTable
          label="List prices and bills by cluster"
          columns={COLUMNS}
          rows={lines}
          rowId={(line) => `${line.cluster} ${line.currency}`}
          sorted="cluster"
        />
      ) : null}
    </>
  );
}

const COLUMNS: readonly Column<Line>[] = [
  {
    id: "cluster",
    title: "Cluster",
    rank: 0,
    value: (line) => line.cluster,
    cell: (line) => (
      <PathName
        parts={[line.cluster]}
        to={viewOf("assets", {
          filter: narrowed("", "cluster", line.cluster),
          aggregate: ["type"],
        })}
      />
    ),
  },
  amount("list", "List", "By the price source, before the bill", 2),
  amount("adjustment", "Adjustment", "Billed minus list", 1),
  amount("reconciled", "Reconciled", "List and adjustment", 0),
];

function amount(
  id: "list" | "adjustment" | "reconciled",
  title: string,
  meaning: string,
  rank: number,
): Column<Line> {
  return {
    id,
    title,
    meaning,
    align: "end",
    width: 8,
    rank,
    value: (line) => line[id],
    cell: (line) => <Amount value={line[id]} currency={line.currency} />,
  };
}

/** A cluster's days added up, by the currency of its assets; what was billed in another is on none of them. */
export function linesOf({ days }: { days: readonly Day[] }): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const day of days.filter((one) => one.list_cost !== 0 || one.adjustment !== 0)) {
    const key = `${day.cluster} ${day.currency}`;
    const before = lines.get(key);
    lines.set(key, {
      cluster: day.cluster,
      currency: day.currency,
      list: (before?.list ?? 0) + day.list_cost,
      adjustment: (before?.adjustment ?? 0) + day.adjustment,
      reconciled: (before?.reconciled ?? 0) + day.reconciled_cost,
    });
  }
  return [...lines.values()];
}
