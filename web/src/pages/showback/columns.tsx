/** The columns of a show-back: whose, direct, idle, shared, total. */

import type { AllocationRow, Allocations } from "../../api/schema";
import { isLowerBound } from "../../completeness";
import { below } from "../../drill";
import { Amount, Share } from "../../marks/meter";
import { questionOf } from "../../question";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import type { View } from "../../url";
import { figureOf } from "../../why/figure";
import { apartOf, keyWords, partsOf } from "../../words/names";
import { shareOf } from "../../words/percent";
import { capital } from "../../words/states";

type Part = "direct_cost" | "idle_cost" | "shared_cost" | "total_cost";

export function showBackColumns(answer: Allocations, view: View): readonly Column<AllocationRow>[] {
  const { rows, totals, currency, question } = answer;
  const by = question.aggregate;
  const atLeast = isLowerBound(answer.completeness);
  const query = { ...view, step: "all" };
  const cost = (id: Part, title: string, meaning: string, rank: number): Column<AllocationRow> => {
    const sum = rows.reduce((all, row) => all + (row[id] ?? 0), 0);
    return {
      id,
      title,
      meaning,
      align: "end",
      width: 8,
      rank,
      value: (row) => row[id],
      cell: (row) => (
        <Amount
          value={row[id] ?? 0}
          currency={currency}
          why={figureOf(answer, query, row.name, id)}
          reached={id === "total_cost"}
        />
      ),
      total: (
        <Amount
          value={sum}
          currency={currency}
          atLeast={atLeast && id === "total_cost"}
          why={figureOf(answer, query, null, id)}
          reached={id === "total_cost"}
        />
      ),
    };
  };
  return [
    {
      id: "name",
      title: capital(by.map(keyWords).join(" / ")),
      rank: 0,
      value: (row) => row.name,
      cell: (row) => (
        <PathName
          parts={partsOf(row, by)}
          to={apartOf(row.name) ? null : below(questionOf(view, { aggregate: by }), row.key)}
        />
      ),
      total: <span className="path path-total">Total</span>,
    },
    cost("direct_cost", "Direct", "What its own workloads ask for and use", 1),
    cost("idle_cost", "Idle", "Its part of what is paid for and not allocated", 1),
    cost("shared_cost", "Shared", "Its part of what all carry", 1),
    {
      id: "share",
      title: "Share",
      meaning: "Part of the total",
      align: "end",
      width: 8.5,
      rank: 4,
      value: (row) => row.total_cost,
      cell: (row) => <Share part={shareOf(row.total_cost, totals.total_cost)} />,
    },
    cost("total_cost", "Total", "Direct, idle and shared together", 0),
  ];
}
