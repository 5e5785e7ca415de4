/** The windows that are not complete, in words, with what to do about each; also the strip for those who do not see it. */

import { useMemo } from "react";
import { useRepairs } from "../../api/hooks";
import type { HealthWindows } from "../../api/schema";
import { type Trouble, troublesOf } from "../../health/window";
import { CopyCode } from "../../marks/copy";
import { StateMark } from "../../marks/state";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { SideTable } from "../../table/side";
import { viewOf } from "../../url";
import { command, type ShownCommand } from "../../words/commands";
import { datesOf } from "../../words/window";
import { RepairButton } from "./repair";

interface TroublesProps {
  clusters: HealthWindows["clusters"];
  /** The days' own sets; of them only what is there and cannot be used, as lacking days are lacking hours too. */
  days: HealthWindows["clusters"];
  asOf: string;
}

export function Troubles({ clusters, days, asOf }: TroublesProps) {
  const repairs = useRepairs();
  const columns = repairs.data && !repairs.data.read_only ? [...COLUMNS, REPAIR] : COLUMNS;
  const troubles = useMemo(() => {
    const unusable = troublesOf(days, asOf).filter(({ state }) => state === "damaged" || state === "refused");
    return [...unusable, ...troublesOf(clusters, asOf)];
  }, [clusters, days, asOf]);
  if (troubles.length === 0) {
    return (
      <p className="notice" role="status">
        <StateMark state="complete" /> Every finished window of every cluster is here and whole.
      </p>
    );
  }
  return (
    <section className="stack" aria-labelledby="troubles">
      <div className="section-head">
        <h2 id="troubles">Not complete</h2>
      </div>
      <SideTable
        label="Windows that are not complete"
        columns={columns}
        rows={troubles}
        rowId={(row) => `${row.cluster} ${row.start} ${row.end} ${row.state}`}
        sorted="-end"
        all
      />
    </section>
  );
}

/** What a repair can mend: windows that are over, and of which a build from the source may see more. */
function isMendable({ state, open }: Trouble): boolean {
  return !open && state !== "refused";
}

const REPAIR: Column<Trouble> = {
  id: "repair",
  title: "Repair",
  width: 7.5,
  rank: 3,
  cell: (row) => (isMendable(row) ? <RepairButton trouble={row} /> : null),
};

const COLUMNS: readonly Column<Trouble>[] = [
  {
    id: "cluster",
    title: "Cluster",
    width: 10,
    rank: 0,
    value: (row) => row.cluster,
    cell: (row) => <PathName parts={[row.cluster]} to={viewOf("cluster", { path: [row.cluster] })} />,
  },
  {
    id: "state",
    title: "State",
    width: 7.5,
    rank: 0,
    value: (row) => row.state,
    cell: (row) => <StateMark state={row.state} />,
  },
  {
    id: "end",
    title: "Windows, UTC",
    width: 17,
    rank: 1,
    value: (row) => row.end,
    cell: (row) => <span className="number">{datesOf(row)}</span>,
  },
  {
    id: "cause",
    title: "Cause",
    rank: 2,
    value: (row) => row.cause,
    cell: (row) => <span className="whole">{row.cause ?? "no cause was given"}</span>,
  },
  {
    id: "cure",
    title: "What to do",
    width: 27,
    rank: 3,
    cell: (row) => <CopyCode {...cureOf(row)} />,
  },
];

/** The command that finds or mends the cause. */
export function cureOf({ state, cluster, start, end, open }: Trouble): ShownCommand {
  if (state === "refused") return command("storage_list_cluster", { cluster });
  return open ? command("verify") : command("agent_build", { window: `${start},${end}` });
}
