/** Stacked bars, bars of 100 % and lines by ECharts, drawn as SVG. This module is the lazy chunk: nothing else imports the library. */

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { moneyShort } from "../words/money";
import { bucketTick } from "../words/window";
import { PAPER, PLOT } from "./plot";
import { type ChartKind, type Group, type Stack, sharesOf } from "./stack";
import { labelled, type Ticks } from "./ticks";

use([BarChart, LineChart, GridComponent, SVGRenderer]);

const TICK_ROOM = 64;

/** Idle's fill, as the library's description of an SVG pattern: stripes that follow the theme by their variables. */
const HATCH = {
  svgWidth: 6,
  svgHeight: 6,
  rotation: Math.PI / 4,
  svgElement: {
    tag: "g",
    key: "hatch",
    attrs: {},
    children: [
      { tag: "rect", key: "ground", attrs: { width: 6, height: 6, fill: "var(--idle-stripe)" } },
      { tag: "rect", key: "stripe", attrs: { width: 2.5, height: 6, fill: "var(--idle)" } },
    ],
  },
};

export interface Picture {
  readonly stack: Stack;
  /** Groups that were taken out of the drawing. */
  readonly hidden: ReadonlySet<string>;
  readonly scale: Ticks;
  readonly currency: string;
  readonly kind: ChartKind;
}

export interface Drawing {
  readonly draw: (picture: Picture) => void;
  readonly close: () => void;
}

/** Start a chart in `element`; `onPick` gets the group whose bar was clicked. */
export function open(element: HTMLElement, onPick: (id: string) => void): Drawing {
  const chart = init(element, null, { renderer: "svg" });
  chart.on("click", (event) => onPick(String(event.seriesId ?? "")));
  const resize = () => chart.resize();
  const observer = new ResizeObserver(resize);
  observer.observe(element);
  // The browser prints what is drawn when this returns, and lays paper out only after it: its size must be known.
  const toPaper = () => {
    chart.resize(PAPER);
    chart.getZr().flush();
  };
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", resize);
  return {
    draw: (picture) => chart.setOption(optionOf(chart, picture), { notMerge: true }),
    close: () => {
      observer.disconnect();
      window.removeEventListener("beforeprint", toPaper);
      window.removeEventListener("afterprint", resize);
      chart.dispose();
    },
  };
}

function optionOf(chart: EChartsType, { stack, hidden, scale, currency, kind }: Picture) {
  const kept = stack.groups.filter((group) => !hidden.has(group.id));
  const groups = kind === "share" ? sharesOf(kept) : kept;
  const write = labelled(stack.steps.length, chart.getWidth() - PLOT.left - PLOT.right, TICK_ROOM);
  return {
    animation: false,
    grid: PLOT,
    textStyle: { fontFamily: "inherit", fontSize: 12, color: "var(--text-2)" },
    xAxis: {
      type: "category",
      data: stack.steps.map((step) => bucketTick(step.window)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: "var(--line-strong)" } },
      axisLabel: { color: "var(--text-2)", interval: write, margin: 9 },
    },
    yAxis: {
      type: "value",
      max: scale.max,
      interval: scale.interval,
      axisLabel: {
        color: "var(--text-2)",
        formatter: (value: number) =>
          kind === "share" ? `${Math.round(value * 100)}%` : moneyShort(value, currency),
        margin: 10,
      },
      splitLine: { lineStyle: { color: "var(--line)" } },
    },
    series: groups.map((group) => (kind === "lines" ? lineOf(group) : seriesOf(group, stack))),
  };
}

function seriesOf(group: Group, stack: Stack) {
  return {
    id: group.id,
    name: group.label,
    type: "bar",
    stack: "all",
    barCategoryGap: stack.steps.length > 40 ? "18%" : "30%",
    barMaxWidth: 72,
    cursor: group.kind === "row" ? "pointer" : "default",
    emphasis: { disabled: true },
    itemStyle: {
      color: group.kind === "idle" ? HATCH : group.colour,
      borderColor: "var(--surface)",
      borderWidth: stack.steps.length > 60 ? 0 : 0.5,
    },
    data: group.values.map((value) => (value === null ? "-" : Math.max(0, value))),
  };
}

function lineOf(group: Group) {
  const colour = group.kind === "idle" ? "var(--other)" : group.colour;
  const points = group.values.filter((value) => value !== null).length;
  return {
    id: group.id,
    name: group.label,
    type: "line",
    triggerLineEvent: true,
    cursor: group.kind === "row" ? "pointer" : "default",
    emphasis: { disabled: true },
    showSymbol: points < 3,
    symbol: "circle",
    symbolSize: 6,
    lineStyle: { color: colour, width: 2, type: group.kind === "row" ? "solid" : "dashed" },
    itemStyle: { color: colour },
    data: group.values.map((value) => value ?? "-"),
  };
}
