/** What nobody claimed of a cluster's nodes, and why. */

import { useUnclaimed } from "../../api/hooks";
import type { UnclaimedNode } from "../../api/schema";
import { type Cell, List } from "../../marks/list";
import { Amount } from "../../marks/meter";
import { Panel } from "../../states/panel";
import type { View } from "../../url";

/** Nodes that are listed; the rest is little, because the dearest come first. */
const SHOWN = 10;

const RESOURCE_WORDS: Readonly<Record<string, string>> = { cpu: "CPU", ram: "Memory", gpu: "GPU" };

const CELLS: readonly Cell<UnclaimedNode>[] = [
  { title: "Node", cell: ({ node }) => node },
  { title: "Why", cell: causesOf },
  {
    title: "Cost at list price",
    align: "end",
    cell: ({ cost, currency }) => <Amount value={cost} currency={currency} />,
  },
];

export function UnclaimedNodes({ query }: { query: View }) {
  const asked = useUnclaimed(query.window, query.filter);
  return (
    <Panel title="Claimed by nobody" asked={asked}>
      {({ nodes }) => (
        <>
          <List
            cells={CELLS}
            rows={nodes.slice(0, SHOWN)}
            rowId={({ cluster, node, currency }) => `${cluster} ${node} ${currency}`}
            plain
          />
          {nodes.length === 0 ? <p className="muted">No nodes in this window.</p> : null}
          {nodes.length > SHOWN ? (
            <p className="muted">{`${nodes.length - SHOWN} more nodes with less each.`}</p>
          ) : null}
        </>
      )}
    </Panel>
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
