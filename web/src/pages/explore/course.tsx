/** The course of the cost over the window, drawn as the address says, and what it gives its table: the groups' colours. */
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { isTotal, MOST_ROWS, metricOf, ofMetric } from "../../allocations/metric";
import { stackOfAnswer, viewBelow } from "../../allocations/prepare";
import { useFile } from "../../api/hooks";
import { stepsFileAddress } from "../../api/questions";
import type { Allocations } from "../../api/schema";
import { Bars } from "../../charts/bars";
import type { ChartKind, Group } from "../../charts/stack";
import { show } from "../../location";
import { Icon } from "../../marks/icon";
import type { View } from "../../url";
import { rangeText } from "../../words/window";

const Treemap = lazy(async () => ({ default: (await import("../../charts/treemap")).Treemap }));

const KINDS: readonly ChartKind[] = ["bars", "lines", "share"];

interface CourseProps {
  answer: Allocations;
  view: View;
  label: string;
  children: (groups: ReadonlyMap<string, Group>) => ReactNode;
}

export function Course({ answer, view, label, children }: CourseProps) {
  const { drawn, note } = useDrawn(answer, view);
  const stack = useMemo(() => stackOfAnswer(drawn), [drawn]);
  const groups = useMemo(() => new Map(stack.groups.map((group) => [group.id, group])), [stack]);
  const pick = (name: string) => {
    const next = viewBelow(answer, view, name);
    if (next) show(next);
  };
  const kind = KINDS.find((candidate) => candidate === view.chart) ?? "bars";
  return (
    <>
      {note ? (
        <div className="notice" role="status">
          <Icon name="warning" />
          <p>{note}</p>
        </div>
      ) : null}
      {view.chart === "treemap" ? (
        <Suspense fallback={<div className="bone bone-chart" />}>
          <Treemap stack={stack} currency={answer.currency} label={`${label}, as areas`} onPick={pick} />
        </Suspense>
      ) : stack.steps.length > 1 ? (
        <Bars
          stack={stack}
          kind={kind}
          currency={answer.currency}
          label={`${label}, over time`}
          onPick={pick}
          onSpan={(window) => show({ ...view, row: "", window: rangeText(window) })}
        />
      ) : null}
      {children(groups)}
    </>
  );
}

/** The answer as it is drawn: as it is, or by one kind of cost as soon as its course is there. */
function useDrawn(answer: Allocations, view: View): { drawn: Allocations; note: string | null } {
  const metric = metricOf(view.metric);
  const wanted = !isTotal(metric);
  const long = answer.rows.length > MOST_ROWS;
  const file = useFile(wanted && !long ? stepsFileAddress(view, metric.column) : null);
  const text = file.isPlaceholderData ? undefined : file.data;
  const drawn = useMemo(() => {
    if (!wanted) return answer;
    return ofMetric(answer, metric, text ?? "");
  }, [answer, metric, wanted, text]);
  if (!wanted) return { drawn, note: null };
  if (long) {
    const note = `Over time, one kind of cost is drawn for at most ${MOST_ROWS} rows: group wider or filter.`;
    return { drawn, note };
  }
  return { drawn, note: file.error ? `The course could not be read: ${file.error.message}` : null };
}
