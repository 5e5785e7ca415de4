/** How far the bills have come; and where none are read, what they would add and what to do. */
import type { Bills } from "../../api/schema";
import { Go } from "../../go";
import { StateShape } from "../../marks/state";
import { viewOf } from "../../url";
import { command } from "../../words/commands";
import { dayOf } from "../../words/window";
import { daysWords, FINISHED, finalWords } from "../bill/final";

export function NoBills() {
  return (
    <section className="screen" role="status">
      <h2>No bills are configured</h2>
      <p>
        This server knows what the clusters use and what that costs at list prices. What the clouds really
        bill, with discounts, credits and everything outside of Kubernetes, is read from their billing
        exports.
      </p>
      <ol className="steps">
        <li>
          Let the cloud write its bills where the server can read them: an AWS cost and usage report, an Azure
          cost export, a BigQuery export of Google Cloud, or files in the FOCUS format.
        </li>
        <li>
          Name the export in <code>cloud-integration.json</code>, the file Kubecost reads too, and start the
          aggregator with <code>--cloud-integration cloud-integration.json</code>. What it reads is tried by{" "}
          <code>{command("billing_check").text}</code>.
        </li>
        <li>
          After the next pass the bills are on this page, and assets show what was billed beside the list
          price.
        </li>
      </ol>
      <p>
        <Go to={viewOf("assets")} className="button button-first">
          Assets at list prices
        </Go>
      </p>
    </section>
  );
}

/** Bills that are not final in one line, with each integration behind it; unfolded where one cannot be used in part. */
export function BillStates({ bills }: { bills: readonly Bills[] }) {
  const open = bills.filter((bill) => !FINISHED.has(bill.state) || isDamaged(bill));
  if (open.length === 0) return null;
  const damaged = open.some(isDamaged);
  return (
    <details className={`notice notice-folding ${damaged ? "notice-watch" : ""}`} open={damaged}>
      <summary>
        <StateShape state={damaged ? "damaged" : "estimated"} />
        <span>
          {damaged ? <strong>Some bills cannot be used in full. </strong> : null}
          {finalWords(bills)}
        </span>
        <span className="notice-more">Bills</span>
      </summary>
      <ul className="causes" aria-label="Bills that are not final">
        {open.map((bill) => (
          <li key={bill.integration}>
            <StateShape state={isDamaged(bill) ? "damaged" : "estimated"} />
            <strong>{bill.integration}</strong>
            <span>
              {daysWords(bill)}
              {bill.last ? `, billed to ${lastDay(bill.last)}` : ""}
              {bill.unmapped_rows > 0 ? `; ${bill.unmapped_rows} rows fit no rule` : ""}
              {isDamaged(bill) ? `: ${bill.causes.join("; ")}` : ""}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function isDamaged({ causes }: Bills): boolean {
  return causes.length > 0;
}

/** The last day before an exclusive end. */
function lastDay(end: string): string {
  return dayOf(new Date(Date.parse(end) - 1), true);
}

/** Bills are read, and this window has none of their rows. */
export function NothingBilled({ bills }: { bills: readonly Bills[] }) {
  return (
    <section className="screen" role="status">
      <h2>Nothing was billed in this window</h2>
      <p>
        {bills.length === 1 ? "One integration is" : `${bills.length} integrations are`} read, and none of
        their rows lies in this window.
      </p>
      <BillStates bills={bills} />
    </section>
  );
}
