/** The columns of allocations: the row's path, each kind of cost, efficiency, share and total. */

import type { AllocationRow, Allocations } from "../api/schema";
import type { Group } from "../charts/stack";
import { Swatch } from "../charts/swatch";
import { isLowerBound } from "../completeness";
import { below } from "../drill";
import { Delta } from "../marks/delta";
import { Amount, Efficiency, Share } from "../marks/meter";
import type { Column } from "../table/columns";
import { PathName } from "../table/name";
import type { View } from "../url";
import { figureOf } from "../why/figure";
import { COSTS, type CostColumn } from "../words/costs";
import { apartOf, isIdle, keyWords, partsOf } from "../words/names";
import { shareOf } from "../words/percent";
import { capital } from "../words/states";

/** What is dropped where the room is short, the highest first: what follows from costs goes before costs do. */
const RANKS: Readonly<Record<string, number>> = {
  cpu_cost: 1,
  ram_cost: 1,
  gpu_cost: 1,
  pv_cost: 2,
  network_cost: 2,
  load_balancer_cost: 2,
  shared_cost: 2,
  external_cost: 2,
};

export function allocationColumns(
  answer: Allocations,
  view: View,
  groups: ReadonlyMap<string, Group>,
  metric: CostColumn | null = null,
): readonly Column<AllocationRow>[] {
  const { totals, currency } = answer;
  const atLeast = isLowerBound(answer.completeness);
  const costs = COSTS.filter(({ column }) => column !== "total_cost").map(
    ({ column, title, meaning }): Column<AllocationRow> => ({
      id: column,
      title,
      meaning,
      align: "end",
      width: 5.75,
      rank: column === metric?.column ? 0 : (RANKS[column] ?? 9),
      idle: totals[column] === 0,
      value: (row) => row[column],
      cell: (row) => (
        <Amount
          value={row[column] ?? 0}
          currency={currency}
          why={figureOf(answer, view, row.name, column)}
          reached={false}
        />
      ),
      total: (
        <Amount
          value={totals[column] ?? 0}
          currency={currency}
          why={figureOf(answer, view, null, column)}
          reached={false}
        />
      ),
    }),
  );
  return [
    nameColumn(answer, view, groups),
    ...costs,
    {
      id: "total_efficiency",
      title: "Efficiency",
      meaning: "Used part of what was requested, CPU, memory and GPUs weighted by cost",
      align: "end",
      width: 6,
      rank: 3,
      value: (row) => row.total_efficiency,
      cell: (row) => <Efficiency value={row.total_efficiency} />,
      total: <Efficiency value={totals.total_efficiency} />,
    },
    shareColumn(answer, groups, metric?.column ?? "total_cost"),
    ...estimatedColumn(answer, view),
    ...(answer.previous && answer.previous.total_cost !== null ? beforeColumns(answer, view) : []),
    {
      id: "total_cost",
      title: "Total",
      meaning: "All costs of the row together",
      align: "end",
      width: 8,
      rank: 0,
      value: (row) => row.total_cost,
      cell: (row) => (
        <Amount
          value={row.total_cost}
          currency={currency}
          why={figureOf(answer, view, row.name, "total_cost")}
        />
      ),
      total: (
        <Amount
          value={totals.total_cost}
          currency={currency}
          atLeast={atLeast}
          why={figureOf(answer, view, null, "total_cost")}
        />
      ),
    },
  ];
}

function nameColumn(
  answer: Allocations,
  view: View,
  groups: ReadonlyMap<string, Group>,
): Column<AllocationRow> {
  const by = answer.question.aggregate;
  return {
    id: "name",
    title: capital(by.map(keyWords).join(" / ") || "name"),
    rank: 0,
    value: (row) => row.name,
    cell: (row) => (
      <PathName
        parts={partsOf(row, by)}
        to={
          apartOf(row.name)
            ? null
            : below(
                {
                  ...view,
                  page: "explore",
                  path: [],
                  row: "",
                  aggregate: by,
                  filter: answer.question.filter,
                },
                row.key,
              )
        }
        sign={<Swatch group={signOf(row, groups)} />}
        more={view.page === "explore" ? { ...view, row: view.row === row.name ? "" : row.name } : null}
      />
    ),
    total: (
      <span className="path path-total">
        Total<span className="muted path-count number">{countWords(answer.rows.length)}</span>
      </span>
    ),
  };
}

/** What the row cost in the part of the window before that is compared, and the change; no rates are compared. */
function beforeColumns({ previous, currency }: Allocations, view: View): readonly Column<AllocationRow>[] {
  if (view.rate) return [];
  return [
    {
      id: "before",
      title: "Before",
      meaning: "In the part of the window before that is compared with this one",
      align: "end",
      width: 7,
      rank: 2,
      value: (row) => row.previous?.total_cost ?? null,
      cell: (row) => <Amount value={row.previous?.total_cost ?? 0} currency={currency} />,
      total: <Amount value={previous?.total_cost ?? 0} currency={currency} />,
    },
    {
      id: "change",
      title: "Change",
      meaning: "Of the part of both windows that was observed, at one price basis",
      align: "end",
      width: 10,
      rank: 1,
      value: (row) => row.previous?.change ?? null,
      cell: (row) => (
        <Delta
          now={row.previous?.compared_cost ?? 0}
          before={row.previous?.total_cost ?? null}
          currency={currency}
        />
      ),
    },
  ];
}

/** What of the row's total is estimated; of a rate there is no such part. */
function estimatedColumn({ totals, currency }: Allocations, view: View): readonly Column<AllocationRow>[] {
  if (view.rate) return [];
  return [
    {
      id: "estimated_cost",
      title: "Estimated",
      meaning:
        "Of the total, what is charged for times without metrics because it was the same before and after",
      align: "end",
      width: 6.5,
      rank: 3,
      idle: !totals.estimated_cost,
      value: (row) => row.estimated_cost,
      cell: (row) => <Amount value={row.estimated_cost ?? 0} currency={currency} />,
      total: <Amount value={totals.estimated_cost ?? 0} currency={currency} />,
    },
  ];
}

function shareColumn(
  answer: Allocations,
  groups: ReadonlyMap<string, Group>,
  column: CostColumn["column"],
): Column<AllocationRow> {
  const all = answer.totals[column] ?? 0;
  return {
    id: "share",
    title: "Share",
    meaning: column === "total_cost" ? "Part of the total" : "Part of this kind of cost",
    align: "end",
    width: 8.5,
    rank: 4,
    value: (row) => row[column] ?? 0,
    cell: (row) => <Share part={shareOf(row[column] ?? 0, all)} colour={signOf(row, groups).colour} />,
  };
}

function signOf(row: AllocationRow, groups: ReadonlyMap<string, Group>): Pick<Group, "kind" | "colour"> {
  if (isIdle(row.name)) return { kind: "idle", colour: "var(--idle)" };
  return groups.get(row.name) ?? { kind: "other", colour: "var(--other)" };
}

function countWords(rows: number): string {
  return `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`;
}
