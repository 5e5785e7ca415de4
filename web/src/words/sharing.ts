/** Which costs others carry, and how they are divided, in words. */

import { join } from "../completeness";
import type { View } from "../url";

type Sharing = Pick<
  View,
  "idle" | "idle_split" | "tenancy" | "share_namespaces" | "share_labels" | "share_cost" | "share_split"
>;

/** For a button: `idle, fees, kube-system`; empty where nobody carries anything. */
export function sharingWords(view: Sharing): string {
  const parts = [
    view.idle === "share" ? "idle" : "",
    view.tenancy === "share" ? "fees" : "",
    ...namesOf(view.share_namespaces),
    ...namesOf(view.share_labels),
    view.share_cost ? "overhead" : "",
  ].filter(Boolean);
  return parts.length > 3 ? `${parts.slice(0, 2).join(", ")} and ${parts.length - 2} more` : parts.join(", ");
}

/** Sentences that say who carries what: what stands behind the columns of a show-back. */
export function sharingSentences(view: Sharing): readonly string[] {
  const shared = [
    ...namesOf(view.share_namespaces).map((name) => `namespace ${name}`),
    ...namesOf(view.share_labels).map((label) => `workloads with the label ${label}`),
    ...(view.share_cost ? [`an overhead of ${view.share_cost} a month of 730 hours`] : []),
  ];
  const how = (split: string) => (split === "even" ? "evenly" : "by their own cost");
  const idle =
    view.idle === "share"
      ? `Idle of each cluster is divided among what runs there, ${how(view.idle_split)}.`
      : view.idle === "hide"
        ? "Idle is left out."
        : "Idle is in rows of its own.";
  const tenancy =
    view.tenancy === "share"
      ? "Nodes’ own disks and cluster fees are shared within each cluster."
      : view.tenancy === "hide"
        ? "Nodes’ own disks and cluster fees are left out."
        : "Nodes’ own disks and cluster fees are in rows of their own.";
  const rest = shared.length > 0 ? [`All others carry ${join(shared)}, ${how(view.share_split)}.`] : [];
  return [idle, tenancy, ...rest];
}

function namesOf(list: string): readonly string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}
