/** The columns of assets, and the way down: type, cluster, the asset itself. */

import type { AssetRow, Assets } from "../../api/schema";
import type { Group } from "../../charts/stack";
import { Swatch } from "../../charts/swatch";
import { isLowerBound } from "../../completeness";
import type { Key } from "../../drill";
import { narrowed, pinnedBy } from "../../filter";
import { Amount, Share } from "../../marks/meter";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import type { View } from "../../url";
import { figureOf } from "../../why/figure";
import { bytes } from "../../words/hours";
import { keyWords, partsOf, wordsFor } from "../../words/names";
import { shareOf } from "../../words/percent";
import { capital } from "../../words/states";

/** The view one level below a row; null for a single asset. */
export function assetBelow(view: View, key: Key): View | null {
  if (view.aggregate.includes("name")) return null;
  let filter = view.filter;
  for (const field of view.aggregate) {
    const value = key[field];
    if (value === undefined) return null;
    filter = narrowed(filter, field === "type" ? "assetType" : field, value);
  }
  const pinned = pinnedBy(filter);
  if (!pinned.has("cluster"))
    return { ...view, tab: "", filter, aggregate: ["cluster"], sort: "-total_cost" };
  const next = pinned.has("assetType") ? ["name"] : ["type"];
  return { ...view, filter, aggregate: next, sort: "-total_cost" };
}

export function assetColumns(
  answer: Assets,
  view: View,
  groups: ReadonlyMap<string, Group>,
): readonly Column<AssetRow>[] {
  const { rows, totals, currency, question } = answer;
  const atLeast = isLowerBound(answer.completeness);
  const single = question.aggregate.includes("name");
  const sign = (row: AssetRow) => groups.get(row.name) ?? { kind: "other" as const, colour: "var(--other)" };
  const why = (name: string | null, id: string) =>
    figureOf(answer, view, name, id === "estimated_cost" ? "cost_estimated" : id);
  const cost = (
    id: "cost" | "adjustment" | "estimated_cost",
    title: string,
    meaning: string,
  ): Column<AssetRow> => ({
    id,
    title,
    meaning,
    align: "end",
    width: 8,
    rank: 3,
    idle: rows.every((row) => !row[id]),
    value: (row) => row[id],
    cell: (row) => (
      <Amount value={row[id] ?? 0} currency={currency} why={why(row.name, id)} reached={false} />
    ),
    total: <Amount value={totals[id] ?? 0} currency={currency} why={why(null, id)} reached={false} />,
  });
  return [
    {
      id: "name",
      title: capital(question.aggregate.map(keyWords).join(" / ") || "name"),
      rank: 0,
      value: (row) => row.name,
      cell: (row) => (
        <PathName
          parts={partsOf(row, question.aggregate).map((part, at) =>
            wordsFor(question.aggregate[at] ?? "", part),
          )}
          to={assetBelow({ ...view, aggregate: question.aggregate, filter: question.filter }, row.key)}
          sign={<Swatch group={sign(row)} />}
        />
      ),
      total: (
        <span className="path path-total">
          Total<span className="muted path-count number">{rows.length.toLocaleString("en-US")} rows</span>
        </span>
      ),
    },
    text("node_type", "Node type", 10, 4, rows, (row) => row.node_type || null),
    // A claim is a single disk's; a sum over disks has none.
    text("claim", "Claim", 11, 4, rows, (row) => (single ? claimOf(row) : null)),
    text("size", "Mean size", 6, 5, rows, (row) => sizeOf(row, answer)),
    text("price_source", "Price from", 7, 6, rows, (row) => row.price_source || null),
    cost("cost", "List", "By the price source, before the bill"),
    cost("adjustment", "Adjustment", "Billed minus list"),
    cost(
      "estimated_cost",
      "Estimated",
      "Of the total, for times without metrics: the same was there before and after",
    ),
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
      meaning: "List and adjustment",
      align: "end",
      width: 8,
      rank: 0,
      value: (row) => row.total_cost,
      cell: (row) => <Amount value={row.total_cost} currency={currency} why={why(row.name, "total_cost")} />,
      total: (
        <Amount
          value={totals.total_cost}
          currency={currency}
          atLeast={atLeast}
          why={why(null, "total_cost")}
        />
      ),
    },
  ];
}

function text(
  id: string,
  title: string,
  width: number,
  rank: number,
  rows: readonly AssetRow[],
  value: (row: AssetRow) => string | null,
): Column<AssetRow> {
  const idle = rows.every((row) => value(row) === null);
  return {
    id,
    title,
    width,
    rank,
    idle,
    value,
    cell: (row) => <span className="cut">{value(row) ?? "–"}</span>,
  };
}

/** Who uses a disk; a disk that nobody claims says so. */
function claimOf(row: AssetRow): string | null {
  if (row.type !== "Disk") return null;
  return row.claim_name ? `${row.claim_namespace}/${row.claim_name}` : "not claimed";
}

function sizeOf(row: AssetRow, { question, as_of }: Assets): string | null {
  if (!row.byte_hours || row.type !== "Disk") return null;
  const until = Math.min(Date.parse(question.window.end), Date.parse(as_of));
  const hours = (until - Date.parse(question.window.start)) / 3_600_000;
  return hours > 0 ? bytes(row.byte_hours / hours) : null;
}
