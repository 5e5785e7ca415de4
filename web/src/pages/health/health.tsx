/** Data health: which windows of which clusters are there, and what to do about those that are not. */

import { useMemo } from "react";
import { addressOf } from "../../api/client";
import { useClusters } from "../../api/hooks";
import type { Clusters, HealthWindows } from "../../api/schema";
import { Choice } from "../../controls/choice";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Share } from "../../frame/share";
import { HealthStrip } from "../../health/strip";
import { useHealth } from "../../health/use-health";
import { show } from "../../location";
import { Doubts } from "../../marks/doubts";
import { Outcome } from "../../states/outcome";
import { EmptyFleet, Loading } from "../../states/screens";
import type { View } from "../../url";
import { windowWords } from "../../words/window";
import { Beside } from "./beside";
import { Coverage } from "./coverage";
import { Ingest } from "./ingest";
import { Reconciliation } from "./reconciliation";
import { Troubles } from "./troubles";

const KINDS = [
  ["allocations", "Allocations"],
  ["assets", "Assets"],
] as const;

export function Health({ view }: { view: View }) {
  const kind = view.tab || "allocations";
  const { asked, resolution, days } = useHealth(view.window, kind);
  const clusters = useClusters();
  const change = (changes: Partial<View>) => show({ ...view, ...changes });
  return (
    <>
      <Tools>
        <Share
          view={view}
          address={addressOf("api/v1/health/windows", { window: view.window, kind, resolution })}
        />
      </Tools>
      <Title
        under={`${kind === "assets" ? "Asset" : "Allocation"} sets · one cell ${resolution === "1h" ? "an hour" : "a day"} · UTC`}
      >
        {`Data health, ${windowWords(view.window)}`}
      </Title>
      <div className="controls">
        <WindowChoice view={view} />
        <Choice
          title="Sets"
          value={kind}
          options={KINDS}
          onChoose={(tab) => change({ tab: tab === "allocations" ? "" : tab })}
        />
      </div>
      <Outcome asked={asked} view={view} waiting={<Loading rows={12} chart={false} />}>
        {(body) =>
          body.clusters.length === 0 ? (
            <>
              <EmptyFleet />
              {body.ingest ? <Beside /> : null}
            </>
          ) : (
            <Found windows={body} days={days} registry={clusters.data} view={view} />
          )
        }
      </Outcome>
    </>
  );
}

interface FoundProps {
  windows: HealthWindows;
  /** The days' own sets, where the page shows hours: an object of a day can be damaged while its hours are well. */
  days: HealthWindows | undefined;
  registry: Clusters | undefined;
  view: View;
}

function Found({ windows, days, registry, view }: FoundProps) {
  const asOf = windows.as_of ?? registry?.as_of ?? new Date().toISOString();
  const ordered = useMemo(
    () =>
      [...windows.clusters].sort((one, other) =>
        one.cluster.localeCompare(other.cluster, "en", { numeric: true }),
      ),
    [windows],
  );
  return (
    <>
      <HealthStrip clusters={ordered} asOf={asOf} />
      <Troubles clusters={ordered} days={days?.clusters ?? []} asOf={asOf} />
      <Doubts clusters={ordered.map(({ cluster, noticed }) => ({ cluster, doubts: noticed }))} />
      <Coverage clusters={ordered} registry={registry} asOf={asOf} view={view} />
      <Reconciliation window={view.window} />
      {windows.ingest ? <Ingest ingest={windows.ingest} asOf={asOf} /> : null}
      {windows.ingest ? <Beside /> : null}
    </>
  );
}
