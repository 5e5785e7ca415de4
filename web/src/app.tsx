/** Which page an address shows. */

import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { newQueryClient } from "./api/hooks";
import { Frame } from "./frame/frame";
import { useView } from "./location";
import { Clusters } from "./pages/clusters/clusters";
import { Explore } from "./pages/explore/explore";
import { NotFound } from "./pages/not-found";
import { Boundary } from "./states/boundary";
import { format, type View } from "./url";

export function App() {
  const [client] = useState(newQueryClient);
  return (
    <QueryClientProvider client={client}>
      <Pages />
    </QueryClientProvider>
  );
}

function Pages() {
  const view = useView();
  const place = `${view.page}/${view.path.join("/")}`;
  useTopOfPage(place);
  return (
    <Frame view={view}>
      <Boundary at={format(view)}>
        <div className="page" key={place}>
          {pageOf(view)}
        </div>
      </Boundary>
    </Frame>
  );
}

function pageOf(view: View): ReactNode {
  switch (view.page) {
    case "overview":
    case "explore":
      return <Explore view={view} />;
    case "clusters":
      return <Clusters view={view} />;
    default:
      return <NotFound view={view} />;
  }
}

/** Another page starts at its top; another view of the same page stays where it is. */
function useTopOfPage(place: string): void {
  const last = useRef(place);
  useEffect(() => {
    if (last.current !== place) window.scrollTo(0, 0);
    last.current = place;
  }, [place]);
}
