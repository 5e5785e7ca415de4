/** Values for completing a filter: the fleet's clusters, and the names in the present answer. */

import { useMemo } from "react";
import { useClusters } from "../api/hooks";
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
