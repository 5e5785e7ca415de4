/** What a cluster's newest build noticed, each with what to do about it. */

import type { Doubt } from "../api/schema";
import { Icon } from "./icon";

interface DoubtsProps {
  clusters: readonly { readonly cluster: string; readonly doubts: readonly Doubt[] }[];
}

export function Doubts({ clusters }: DoubtsProps) {
  return clusters.flatMap(({ cluster, doubts }) =>
    doubts.map((doubt) => (
      <div className="notice notice-watch" key={`${cluster} ${doubt.kind}`} role="status">
        <Icon name="warning" />
        <p>
          <strong>{cluster}</strong>: {doubt.kind}. {doubt.subjects.join(", ")}
          {doubt.count > doubt.subjects.length ? ", …" : ""}: {doubt.meaning}.
        </p>
      </div>
    )),
  );
}
