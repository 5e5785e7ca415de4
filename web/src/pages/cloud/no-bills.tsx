/** No bills are read: what they would add, and what to do. */
import { Go } from "../../go";
import { viewOf } from "../../url";

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
          aggregator with it.
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
