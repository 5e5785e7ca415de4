/** How list prices and bills were brought together, by cluster; where there are no bills, a plain statement. */
import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import type { Reconciled } from "../../api/schema";
import { Go } from "../../go";
import { Amount } from "../../marks/meter";
import { viewOf } from "../../url";
import { money } from "../../words/money";

export function Reconciliation({ window }: { window: string }) {
  const { data, error } = useAsked<Reconciled>(addressOf("api/v1/reconciliation", { window }));
  const unknown = error instanceof ProblemError && error.kind === "not found";
  return (
    <section className="card panel" aria-labelledby="reconciliation">
      <h2 id="reconciliation">Reconciliation with bills</h2>
      {data && data.completeness.length > 0 ? (
        <Found report={data} />
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

interface Line {
  readonly cluster: string;
  readonly currency: string;
  readonly list: number;
  readonly adjustment: number;
  readonly reconciled: number;
}

function Found({ report }: { report: Reconciled }) {
  return (
    <>
      {report.bills.map((bill) => (
        <p key={bill.currency} className="number">
          {money(Number(bill.billed_cost), bill.currency)} billed:{" "}
          {money(Number(bill.matched_cost), bill.currency)} on known assets,{" "}
          {money(Number(bill.unmatched_cost), bill.currency)} elsewhere.
          {bill.closes ? "" : " The two do not add up to the bill."}
        </p>
      ))}
      <div className="twin-scroll">
        <table className="list number">
          <thead>
            <tr>
              <th scope="col">Cluster</th>
              <th scope="col" className="end">
                List
              </th>
              <th scope="col" className="end">
                Adjustment
              </th>
              <th scope="col" className="end">
                Reconciled
              </th>
            </tr>
          </thead>
          <tbody>
            {linesOf(report).map((line) => (
              <tr key={`${line.cluster} ${line.currency}`}>
                <th scope="row">{line.cluster}</th>
                {[line.list, line.adjustment, line.reconciled].map((value, at) => (
                  // Three figures in a fixed order.
                  // biome-ignore lint/suspicious/noArrayIndexKey: see above
                  <td className="end" key={at}>
                    <Amount value={value} currency={line.currency} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** A cluster's days added up. */
function linesOf({ days }: Reconciled): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const day of days) {
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
