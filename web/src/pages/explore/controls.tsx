/** What the question is and how its answer is shown: one row of controls, all of them in the address. */
import { useId, useMemo, useState } from "react";
import { allocationColumns } from "../../allocations/columns";
import { metricOf, wordOf } from "../../allocations/metric";
import type { Allocations } from "../../api/schema";
import { Choice, type Option } from "../../controls/choice";
import { FiguresChoice } from "../../controls/figures";
import { FilterBox } from "../../controls/filter";
import { GroupChoice } from "../../controls/group";
import { SharingMenu } from "../../controls/sharing";
import { useFilterValues } from "../../controls/values";
import { WindowChoice } from "../../controls/window";
import { show } from "../../location";
import { ColumnChooser } from "../../table/chooser";
import type { View } from "../../url";
import { COSTS } from "../../words/costs";

const STEPS = [
  ["auto", "Automatic"],
  ["1h", "Hour"],
  ["1d", "Day"],
  ["week", "Week"],
  ["month", "Month"],
  ["all", "One sum"],
] as const;

const IDLE = [
  ["separate", "Separate"],
  ["share", "Shared"],
  ["hide", "Hidden"],
] as const;

const CHARTS = [
  ["bars", "Bars"],
  ["lines", "Lines"],
  ["share", "Share, 100 %"],
  ["treemap", "Treemap"],
] as const;

const COMPARE = [
  ["", "Nothing"],
  ["prev", "Window before"],
  ["month", "A month before"],
] as const;

const RATES = [
  ["", "Sum"],
  ["hour", "Per hour"],
  ["day", "Per day"],
  ["month", "Per month"],
] as const;

const METRICS: readonly Option[] = COSTS.map((cost) => [wordOf(cost), cost.title]);

export function Controls({ view, answer }: { view: View; answer: Allocations | undefined }) {
  const closed = { ...view, row: "" };
  const change = (changes: Partial<View>) => show({ ...closed, ...changes });
  const columns = useMemo(() => (answer ? allocationColumns(answer, view, new Map()) : []), [answer, view]);
  const values = useFilterValues(answer?.rows);
  const [more, setMore] = useState(false);
  const id = useId();
  const metric = (word: string) => {
    const sorted = view.sort === `-${metricOf(view.metric).column}`;
    change({ metric: word, ...(sorted ? { sort: `-${metricOf(word).column}` } : {}) });
  };
  return (
    <div className="controls">
      <WindowChoice view={closed} answered={answer?.question.window} />
      <GroupChoice kind="allocations" view={closed} />
      <Choice title="Cost" value={view.metric} options={METRICS} onChoose={metric} />
      <button
        type="button"
        className="button controls-open"
        aria-expanded={more}
        aria-controls={id}
        onClick={() => setMore(!more)}
      >
        {more ? "Fewer choices" : "More choices"}
      </button>
      <div id={id} className="controls-more" data-open={more}>
        <FiguresChoice view={closed} answer={answer} />
        <Choice title="As" value={view.rate} options={RATES} onChoose={(rate) => change({ rate })} />
        <Choice title="Idle" value={view.idle} options={IDLE} onChoose={(idle) => change({ idle })} />
        <Choice
          title="Compare with"
          value={view.compare}
          options={COMPARE}
          onChoose={(compare) => change({ compare })}
        />
        <Choice title="Step" value={view.step} options={STEPS} onChoose={(step) => change({ step })} />
        <Choice title="Chart" value={view.chart} options={CHARTS} onChoose={(chart) => change({ chart })} />
      </div>
      <div className="controls-line">
        <FilterBox view={closed} kind="allocation" values={values} />
        <SharingMenu view={view} />
        <ColumnChooser
          columns={columns}
          chosen={view.columns}
          onChoose={(chosen) => change({ columns: chosen })}
        />
      </div>
    </div>
  );
}
