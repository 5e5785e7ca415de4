/** What has a name that holds what is being looked for, and where it is shown. */

import { useMemo } from "react";
import { addressOf } from "../api/client";
import { useAsked, useClusters, useSavedViews } from "../api/hooks";
import { ALLOCATIONS } from "../api/questions";
import type { Allocations } from "../api/schema";
import { equal, filterOf } from "../filter";
import { parse, type View, viewOf } from "../url";
import { isReserved } from "../words/names";
import { PAGE_LINKS } from "./links";

export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly to: View;
}

/** The server is asked from here on: one letter is in nearly every name. */
const ENOUGH = 2;
const MOST = 8;
const WINDOW = "7d";

export function useFound(text: string): { readonly found: readonly Found[]; readonly waiting: boolean } {
  const asks = text.length >= ENOUGH;
  const clusters = useClusters();
  const views = useSavedViews();
  const namespaces = useAsked<Allocations>(addressFor("namespace", ["cluster", "namespace"], text), asks);
  const workloads = useAsked<Allocations>(
    addressFor("controllerName", ["cluster", "namespace", "controller"], text),
    asks,
  );
  const found = useMemo(() => {
    if (!text) return PAGE_LINKS.map(([page, , title]) => pageFound(page, title));
    const holds = ({ name }: Found) => name.toLowerCase().includes(text.toLowerCase());
    const known = [
      ...PAGE_LINKS.map(([page, , title]) => pageFound(page, title)),
      ...(clusters.data?.clusters ?? []).map(({ cluster }) => clusterFound(cluster)),
      ...(views.data?.views ?? []).map(({ title, url }) => savedFound(title, url)),
    ].filter(holds);
    const rows = (answer: typeof namespaces) =>
      asks && !answer.isPlaceholderData ? (answer.data?.rows ?? []) : [];
    return [
      ...known,
      ...rows(namespaces).flatMap(({ key }) => namespaceFound(key["cluster"], key["namespace"])),
      ...rows(workloads).flatMap(({ key }) =>
        workloadFound(key["cluster"], key["namespace"], key["controller"]),
      ),
    ];
  }, [text, asks, clusters.data, views.data, namespaces, workloads]);
  return { found, waiting: asks && (namespaces.isFetching || workloads.isFetching) };
}

function addressFor(field: string, aggregate: readonly string[], text: string): string {
  const holding = `${field}~:"${text.replace(/[\\"]/g, "\\$&")}"`;
  return addressOf(ALLOCATIONS, {
    window: WINDOW,
    aggregate: aggregate.join(","),
    step: "all",
    idle: "hide",
    tenancy: "hide",
    filter: holding,
    limit: String(MOST),
    columns: "total_cost",
  });
}

function pageFound(page: View["page"], title: string): Found {
  return { kind: "page", name: title, path: title, to: viewOf(page) };
}

function clusterFound(cluster: string): Found {
  return { kind: "cluster", name: cluster, path: cluster, to: viewOf("cluster", { path: [cluster] }) };
}

function savedFound(title: string, url: string): Found {
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  return { kind: "saved view", name: title, path: title, to: parse(path, query) };
}

function namespaceFound(cluster = "", namespace = ""): readonly Found[] {
  if (isReserved(namespace)) return [];
  const filter = filterOf([equal("cluster", cluster), equal("namespace", namespace)]);
  const to = viewOf("explore", { filter, aggregate: ["controller"] });
  return [{ kind: "namespace", name: namespace, path: `${cluster} / ${namespace}`, to }];
}

function workloadFound(cluster = "", namespace = "", controller = ""): readonly Found[] {
  if (isReserved(controller) || !controller.includes(":")) return [];
  const to = viewOf("workload", { path: [cluster, namespace, controller] });
  return [{ kind: "workload", name: controller, path: `${cluster} / ${namespace} / ${controller}`, to }];
}
