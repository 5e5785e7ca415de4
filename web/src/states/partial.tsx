/** Why a total is a lower bound, in one line with the causes behind it. */

import type { Completeness, Warning } from "../api/schema";
import { reasonOf, shortages } from "../completeness";
import { Go } from "../go";
import { Icon } from "../marks/icon";
import { StateShape } from "../marks/state";
import { viewOf } from "../url";

export function Partial({ completeness, window }: { completeness: readonly Completeness[]; window: string }) {
  const short = shortages(completeness);
  if (short.length === 0) return null;
  return (
    <details className="notice notice-watch notice-folding">
      <summary>
        <StateShape state="partial" />
        <span>
          <strong>At least this much.</strong> {reasonOf(completeness)}.
        </span>
        <span className="notice-more">Why</span>
      </summary>
      <ul className="causes">
        {short.map(({ cluster, state, causes }) => (
          <li key={cluster}>
            <StateShape state={state} />
            <strong>{cluster}</strong>
            <span>{causes.length > 0 ? causes.join("; ") : "no cause was given"}</span>
          </li>
        ))}
        <li>
          <Go to={viewOf("health", { window })} className="inline-link">
            All windows of all clusters
          </Go>
        </li>
      </ul>
    </details>
  );
}

export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  return warnings.map(({ code, message }) => (
    <div className="notice" key={code + message} role="status">
      <Icon name="warning" />
      <p>{message}</p>
    </div>
  ));
}
