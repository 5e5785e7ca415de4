/** Values for completing a filter: the fleet's clusters, the names in the present answer, and what the server finds. */

import { useMemo } from "react";
import { useAsked, useClusters } from "../api/hooks";
import { valuesAddress } from "../api/questions";
import type { Named } from "../api/schema";
import { fieldsOf } from "../drill";
import { isReserved } from "../words/names";
import type { Values } from "./complete";

export function useFilterValues(rows: readonly Named[] | undefined): Values {
  const clusters = useClusters();
  return useMemo(() => {
    const sets = new Map<string, Set<string>>();
    const add = (field: string, value: string) => sets.set(field, (sets.get(field) ?? new Set()).add(value));
    for (const { cluster } of clusters.data?.clusters ?? []) add("cluster", cluster);
    for (const { key } of rows ?? []) {
      for (const [field, value] of Object.entries(key)) {
        const name = field === "type" ? "assetType" : field;
        if (!isReserved(value))
          for (const [filterField, part] of fieldsOf(name, value)) add(filterField, part);
      }
    }
    return Object.fromEntries([...sets].map(([field, values]) => [field, [...values].sort()]));
  }, [clusters.data, rows]);
}

/** Whose values the server is asked for. */
export type Kind = "allocation" | "assets" | "cloudCost";

/** More values than this are narrowed by what is being written. */
const MOST = 100;
const NOTHING = { field: "", begun: "" };

/** The known values, with those the server has for the field that is being written. */
export function useServerValues(
  wanted: { readonly field: string; readonly begun: string } | null,
  kind: Kind,
  window: string,
  values: Values,
): Values {
  const { field, begun } = wanted ?? NOTHING;
  const enabled = field !== "";
  const all = useAsked<{ data: readonly string[] }>(valuesAddress(kind, window, field, ""), enabled);
  const many = enabled && (all.data?.data.length ?? 0) >= MOST && begun !== "";
  const some = useAsked<{ data: readonly string[] }>(valuesAddress(kind, window, field, begun), many);
  const answer = many ? some : all;
  const found = answer.isPlaceholderData ? undefined : answer.data?.data;
  return useMemo(() => {
    if (!enabled || !found) return values;
    const every = [...(values[field] ?? []), ...found].filter((value) => !isReserved(value));
    return { ...values, [field]: [...new Set(every)].sort() };
  }, [enabled, field, found, values]);
}
