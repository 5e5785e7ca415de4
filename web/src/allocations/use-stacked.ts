/** What a page about one thing shows of an answer: the chart's groups, the table's columns in their colours, the way down. */

import { useMemo } from "react";
import type { Allocations } from "../api/schema";
import { show } from "../location";
import type { View } from "../url";
import { allocationColumns } from "./columns";
import { stackOfAnswer, viewBelow } from "./prepare";

export function useStacked(answer: Allocations, query: View) {
  const stack = useMemo(() => stackOfAnswer(answer), [answer]);
  const columns = useMemo(
    () => allocationColumns(answer, query, new Map(stack.groups.map((group) => [group.id, group]))),
    [answer, query, stack],
  );
  const drill = (name: string) => {
    const next = viewBelow(answer, query, name);
    if (next) show(next);
  };
  return { stack, columns, drill };
}
