/** The screen of a fleet without clusters: code of its own, as it is seen once. */

import { type CommandName, command } from "../words/commands";
import { Screen } from "./screen";

/** No cluster has ever reported. */
export function EmptyFleet() {
  return (
    <Screen title="No cluster has reported yet">
      <p>
        An agent on each cluster pushes its costs to the bucket; this server reads them from there. The first
        hour of a new cluster shows up within minutes of its first push.
      </p>
      <ol className="steps">
        <li>
          Give the agent the bucket’s description, <code>federated-store.yaml</code>, and an id no other
          cluster has.
          <Shown name="install_agent" parts={EXAMPLE} />
        </li>
        <li>
          Look at what has arrived in the bucket, cluster by cluster. <Shown name="storage_list" />
        </li>
        <li>
          If nothing has, have the whole chain checked; the first broken link comes with its remedy.{" "}
          <Shown name="verify" />
        </li>
      </ol>
    </Screen>
  );
}

/** A new cluster as the pages show it before there is one. */
const EXAMPLE = { cluster: "prod-eu-1", prometheus: "http://prometheus-operated.monitoring:9090" };

function Shown({ name, parts = {} }: { name: CommandName; parts?: Readonly<Record<string, string>> }) {
  const { text, where } = command(name, parts);
  return (
    <>
      <span className="muted">Run {where}:</span>
      <pre>{text.replaceAll(" --set", " \\\n  --set")}</pre>
    </>
  );
}
