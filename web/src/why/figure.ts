/** One figure of an answer as an address: the question with fixed dates, the row, and which cost of it. */

import { createContext } from "react";
import { addressOf } from "../api/client";
import { OF_WORKLOADS, parametersOf, stepOf } from "../api/questions";
import type { Allocations, Assets } from "../api/schema";
import { format, parse, type View, viewOf } from "../url";

/** The page's view; links that explain a figure stay on it. Without one, figures are no links. */
export const WhyPlace = createContext<View | null>(null);

/** The figure of a row, or of all rows together; null of a rate, which is no amount. */
export function figureOf(
  answer: Allocations | Assets,
  view: View,
  row: string | null,
  column: string,
): View | null {
  if (view.rate) return null;
  const { kind, window, aggregate, filter, idle, tenancy } = answer.question;
  return viewOf(kind === "assets" ? "assets" : "explore", {
    window: `${window.start},${window.end}`,
    step: stepOf(view),
    aggregate,
    filter,
    idle,
    idle_by: view.idle_by,
    idle_split: view.idle_split,
    tenancy: tenancy ?? "hide",
    share_namespaces: view.share_namespaces,
    share_labels: view.share_labels,
    share_cost: view.share_cost,
    share_split: view.share_split,
    basis: view.basis,
    estimated: view.estimated,
    currency: view.currency || answer.currency,
    row: row ?? "",
    metric: column,
  });
}

/** The page with the figure's explanation beside it. */
export function whyOf(place: View, figure: View): View {
  return { ...place, why: format(figure) };
}

/** The figure that an address explains. */
export function readFigure(why: string): View {
  const at = why.indexOf("?");
  return at < 0 ? parse(why, "") : parse(why.slice(0, at), why.slice(at));
}

/** The request for a part of a figure's tree; the empty path is the whole figure. */
export function explainAddress(figure: View, path: string): string {
  const assets = figure.page === "assets";
  return addressOf("api/v1/explain", {
    ...parametersOf(figure),
    ...(assets ? { ...OF_WORKLOADS, kind: "assets" } : {}),
    compare: "",
    row: figure.row,
    field: figure.metric,
    path,
    depth: path ? "1" : "2",
  });
}
