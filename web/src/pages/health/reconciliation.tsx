/** How the list prices compare with the bills, once there are bills; until then a plain statement. */
import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import { Go } from "../../go";
import { viewOf } from "../../url";
import { money } from "../../words/money";
import { percent } from "../../words/percent";
import { capital } from "../../words/states";

type Row = Readonly<Record<string, unknown>>;

export function Reconciliation({ window }: { window: string }) {
  const { data, error } = useAsked<unknown>(addressOf("api/v1/reconciliation", { window }));
  const rows = rowsOf(data);
  return (
    <section className="card panel" aria-labelledby="reconciliation">
      <h2 id="reconciliation">Reconciliation with bills</h2>
      {rows.length > 0 ? (
        <Found rows={rows} currency={currencyOf(data)} />
      ) : error && !(error instanceof ProblemError && error.kind === "not found") ? (
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

/** One line a cluster or provider, with whatever figures the server compares. */
function Found({ rows, currency }: { rows: readonly Row[]; currency: string }) {
  const names = Object.keys(rows[0] ?? {}).filter((name) =>
    ["string", "number"].includes(typeof rows[0]?.[name]),
  );
  return (
    <div className="twin-scroll">
      <table className="list number">
        <thead>
          <tr>
            {names.map((name) => (
              <th scope="col" key={name} className={typeof rows[0]?.[name] === "number" ? "end" : undefined}>
                {capital(name.replace(/_/g, " "))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={names.map((name) => String(row[name])).join("/")}>
              {names.map((name) => (
                <td key={name} className={typeof row[name] === "number" ? "end" : undefined}>
                  {written(name, row[name], currency)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function written(name: string, value: unknown, currency: string): string {
  if (typeof value !== "number") return String(value ?? "–");
  if (/cost|adjustment|credit/.test(name)) return money(value, currency);
  return /share|fraction|percent/.test(name) ? percent(value) : value.toLocaleString("en-US");
}

/** The first list of objects in the answer, whatever it is called. */
function rowsOf(body: unknown): readonly Row[] {
  if (typeof body !== "object" || body === null) return [];
  const list = Object.values(body).find((value) => Array.isArray(value) && typeof value[0] === "object");
  return Array.isArray(list) ? list : [];
}

function currencyOf(body: unknown): string {
  return typeof body === "object" && body !== null && "currency" in body ? String(body.currency) : "USD";
}
