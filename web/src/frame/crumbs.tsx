/** Where the page is: its name, then the filter, each part a link up and removable on its own. */

import { crumbsOf } from "../drill";
import { equal, filterOf } from "../filter";
import { Go } from "../go";
import { Icon } from "../marks/icon";
import { type PageName, type View, viewOf } from "../url";
import { keyWords, partWords } from "../words/names";

const TITLES: Readonly<Record<PageName, string>> = {
  overview: "Overview",
  explore: "Explore",
  clusters: "Clusters",
  cluster: "Clusters",
  workload: "Explore",
  efficiency: "Efficiency",
  savings: "Savings",
  showback: "Show-back",
  assets: "Assets",
  cloud: "Cloud costs",
  bill: "Bill",
  health: "Data health",
  prices: "Prices",
  statements: "Statements",
  statement: "Statements",
  saved: "Saved",
  help: "Help",
  "not-found": "Not found",
};

export function Crumbs({ view }: { view: View }) {
  const crumbs = crumbsOf(view);
  const nested = view.page === "cluster" || view.page === "workload" || view.page === "statement";
  return (
    <nav className="crumbs" aria-label="Where you are">
      <ol>
        <li>
          {crumbs.length > 0 || nested ? <Go to={topOf(view)}>{TITLES[view.page]}</Go> : TITLES[view.page]}
        </li>
        {nested ? <PathCrumbs view={view} /> : null}
        {crumbs.map(({ field, value, here, removed }, index) => (
          <li key={`${field} ${value}`} className="crumb">
            <span className="crumb-field">{field ? keyWords(field) : "filter"}</span>
            {index === crumbs.length - 1 ? (
              <span aria-current="page">{partWords(value)}</span>
            ) : (
              <Go to={here}>{partWords(value)}</Go>
            )}
            <Go
              to={removed}
              className="crumb-remove"
              aria-label={`Remove ${field} ${partWords(value)} from the filter`}
            >
              <Icon name="close" size={12} />
            </Go>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** The path of a cluster's or a workload's page; what is above the page itself is a link. */
function PathCrumbs({ view }: { view: View }) {
  const [cluster = "", namespace] = view.path;
  const above =
    view.page === "statement"
      ? [viewOf("statements")]
      : [
          viewOf("cluster", { path: [cluster], window: view.window }),
          viewOf("explore", {
            window: view.window,
            aggregate: ["controller"],
            filter: filterOf([equal("cluster", cluster), equal("namespace", namespace ?? "")]),
          }),
        ];
  return view.path.map((part, at) => {
    const to = at < view.path.length - 1 ? above[at] : undefined;
    return (
      <li key={part} {...(to ? {} : { "aria-current": "page" as const })}>
        {to ? <Go to={to}>{partWords(part)}</Go> : partWords(part)}
      </li>
    );
  });
}

function topOf(view: View): View {
  if (view.page === "cluster") return viewOf("clusters");
  if (view.page === "statement") return viewOf("statements");
  if (view.page === "workload") return viewOf("explore");
  return { ...viewOf(view.page), window: view.window, step: view.step, idle: view.idle };
}
