/** An address no page has; the frame stays. */

import { Title } from "../frame/page";
import { Go } from "../go";
import { type View, viewOf } from "../url";

export function NotFound({ view }: { view: View }) {
  return (
    <>
      <Title>There is no such page</Title>
      <section className="screen">
        <p>
          Nothing is at <code>/{view.path.join("/")}</code>. If it is the name of a cluster, a namespace or a
          workload, look for it:
        </p>
        <p className="screen-actions">
          <Go className="button button-first" to={viewOf("explore")}>
            Explore costs
          </Go>
          <Go className="button" to={viewOf("clusters")}>
            All clusters
          </Go>
        </p>
      </section>
    </>
  );
}
