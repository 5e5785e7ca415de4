/** What nobody claimed of a cluster's nodes, and why. */

import { useUnclaimed } from "../../api/hooks";
import type { UnclaimedNode } from "../../api/schema";
import { Amount } from "../../marks/meter";
import type { View } from "../../url";

/** Nodes that are listed; the rest is little, because the dearest come first. */
const SHOWN = 10;

const RESOURCE_WORDS: Readonly<Record<string, string>> = { cpu: "CPU", ram: "Memory", gpu: "GPU" };

export function UnclaimedNodes({ query }: { query: View }) {
  const { data, error } = useUnclaimed(query.window, query.filter);
  return (
    <section className="card panel" aria-labelledby="unclaimed">
      <h2 id="unclaimed">Claimed by nobody</h2>
      {data && data.nodes.length === 0 ? (
        <p className="muted">No nodes in this window.</p>
      ) : data ? (
        <table className="list number">
          <thead className="hidden-visually">
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Why</th>
              <th scope="col">Cost at list price</th>
            </tr>
          </thead>
          <tbody>
            {data.nodes.slice(0, SHOWN).map((node) => (
              <tr key={`${node.cluster} ${node.node} ${node.currency}`}>
                <th scope="row">{node.node}</th>
                <td>{causesOf(node)}</td>
                <td className="end">
                  <Amount value={node.cost} currency={node.currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="muted">{error ? `Could not be read: ${error.message}` : "Reading…"}</p>
      )}
      {data && data.nodes.length > SHOWN ? (
        <p className="muted">{`${data.nodes.length - SHOWN} more nodes with less each.`}</p>
      ) : null}
    </section>
  );
}

function causesOf(node: UnclaimedNode) {
  return node.parts
    .filter((part) => part.causes.length > 0)
    .map((part) => (
      <div key={part.resource}>
        {RESOURCE_WORDS[part.resource] ?? part.resource}:{" "}
        {part.causes.map((cause, place) => (
          <span key={cause.cause} title={cause.meaning}>
            {place > 0 ? ", " : ""}
            {cause.cause}
          </span>
        ))}
      </div>
    ));
}
