/** Which page an address shows. Each page is its own small file, loaded when it is first needed. */

import { QueryClientProvider } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { newQueryClient } from "./api/hooks";
import { Frame } from "./frame/frame";
import { useView } from "./location";
import { Boundary } from "./states/boundary";
import { Loading } from "./states/screens";
import { format, type PageName, type View } from "./url";
import { WhyPlace } from "./why/figure";

type Page = ComponentType<{ view: View }>;

const PAGES: Readonly<Record<PageName, Page>> = {
  overview: lazy(async () => ({ default: (await import("./pages/overview/overview")).Overview })),
  explore: lazy(async () => ({ default: (await import("./pages/explore/explore")).Explore })),
  clusters: lazy(async () => ({ default: (await import("./pages/clusters/clusters")).Clusters })),
  cluster: lazy(async () => ({ default: (await import("./pages/cluster/cluster")).Cluster })),
  workload: lazy(async () => ({ default: (await import("./pages/workload/workload")).Workload })),
  efficiency: lazy(async () => ({ default: (await import("./pages/efficiency/efficiency")).Efficiency })),
  savings: lazy(async () => ({ default: (await import("./pages/savings/savings")).Savings })),
  showback: lazy(async () => ({ default: (await import("./pages/showback/showback")).ShowBack })),
  assets: lazy(async () => ({ default: (await import("./pages/assets/assets")).Assets })),
  cloud: lazy(async () => ({ default: (await import("./pages/cloud/cloud")).Cloud })),
  bill: lazy(async () => ({ default: (await import("./pages/bill/bill")).Bill })),
  health: lazy(async () => ({ default: (await import("./pages/health/health")).Health })),
  prices: lazy(async () => ({ default: (await import("./pages/prices/prices")).Prices })),
  statements: lazy(async () => ({ default: (await import("./pages/statements/statements")).Statements })),
  statement: lazy(async () => ({ default: (await import("./pages/statements/month")).Statement })),
  saved: lazy(async () => ({ default: (await import("./pages/saved/saved")).Saved })),
  help: lazy(async () => ({ default: (await import("./pages/help/help")).Help })),
  "not-found": lazy(async () => ({ default: (await import("./pages/not-found")).NotFound })),
};

export function App() {
  const [client] = useState(newQueryClient);
  return (
    <QueryClientProvider client={client}>
      <Pages />
    </QueryClientProvider>
  );
}

const WhyDrawer = lazy(async () => ({ default: (await import("./why/why")).WhyDrawer }));

function Pages() {
  const whole = useView();
  // What explains a figure lies beside the page: no link of the page takes it along.
  const view = useMemo(() => ({ ...whole, why: "" }), [whole]);
  const place = `${view.page}/${view.path.join("/")}`;
  const Page = PAGES[view.page];
  useTopOfPage(place);
  return (
    <Frame view={view}>
      <Boundary at={format(view)}>
        <Suspense fallback={<Loading />}>
          <div className="page" key={place}>
            <WhyPlace value={view}>
              <Page view={view} />
            </WhyPlace>
          </div>
          {whole.why ? <WhyDrawer view={whole} /> : null}
        </Suspense>
      </Boundary>
    </Frame>
  );
}

/** Another page starts at its top; another view of the same page stays where it is. */
function useTopOfPage(place: string): void {
  const last = useRef(place);
  useEffect(() => {
    if (last.current !== place) window.scrollTo(0, 0);
    last.current = place;
  }, [place]);
}
