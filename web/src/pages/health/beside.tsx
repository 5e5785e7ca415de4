/** What agents of other products write in the bucket besides sets, each kind with its meaning, and what they say. */

import { useBucketBeside } from "../../api/hooks";
import type { BucketBeside } from "../../api/schema";
import { Icon } from "../../marks/icon";
import type { Column } from "../../table/columns";
import { SideTable } from "../../table/side";
import { bytes } from "../../words/hours";

type Folder = BucketBeside["folders"][number];
type Agent = BucketBeside["agents"][number];

export function Beside() {
  const { data } = useBucketBeside();
  return data ? <BesideSets beside={data} /> : null;
}

export function BesideSets({ beside }: { beside: BucketBeside }) {
  if (beside.folders.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="beside">
      <div className="section-head">
        <h2 id="beside">Beside the sets</h2>
      </div>
      {beside.notice ? (
        <div className="notice notice-watch" role="status">
          <Icon name="warning" />
          <p>{plain(beside.notice)}.</p>
        </div>
      ) : null}
      <SideTable
        label="What other agents write in the bucket besides sets"
        columns={COLUMNS}
        rows={beside.folders}
        rowId={(row) => `${row.kind} ${row.owner}`}
        sorted="kind"
        all
      />
      {beside.agents.length > 0 ? (
        <ul aria-label="Agents of other products">
          {beside.agents.map((agent) => (
            <li key={agent.cluster}>
              <strong>{agent.cluster}</strong>: {agentWords(agent)}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

/** What an agent says of itself, in words. */
export function agentWords(agent: Agent): string {
  const version = agent.version ? `version ${agent.version}` : "";
  const seen = agent.seen_at ? `seen at ${agent.seen_at.slice(0, 16).replace("T", " ")} UTC` : "no heartbeat";
  return [seen, version, ...agent.failed, agent.problem].filter((words) => words !== "").join(", ");
}

/** A sentence without the marks that a terminal shows around commands. */
export function plain(words: string): string {
  return words.replaceAll("`", "");
}

/** Whose a folder is: the cluster's name before the uid its folder is called by. */
export function ownerOf({ owner, name }: Folder): string {
  return name !== "" && name !== owner ? `${name} (uid ${owner})` : owner;
}

const COLUMNS: readonly Column<Folder>[] = [
  { id: "kind", title: "What", width: 11, rank: 0, value: (row) => row.kind, cell: (row) => row.kind },
  { id: "owner", title: "Of", width: 14, rank: 0, value: ownerOf, cell: (row) => ownerOf(row) },
  {
    id: "objects",
    title: "Objects",
    width: 6,
    rank: 1,
    value: (row) => row.objects,
    cell: (row) => <span className="number">{row.objects.toLocaleString("en-US")}</span>,
  },
  {
    id: "size",
    title: "Size",
    width: 6,
    rank: 2,
    value: (row) => row.size_bytes,
    cell: (row) => <span className="number">{bytes(row.size_bytes)}</span>,
  },
  {
    id: "newest",
    title: "Newest, UTC",
    width: 11,
    rank: 2,
    value: (row) => row.newest_at,
    cell: (row) => <span className="number">{row.newest_at.slice(0, 16).replace("T", " ")}</span>,
  },
  {
    id: "meaning",
    title: "Meaning",
    width: 30,
    rank: 1,
    value: (row) => row.meaning,
    cell: (row) => plain(row.meaning),
  },
];
