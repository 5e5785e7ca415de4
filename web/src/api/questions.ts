/** From a view to the request that answers it. The page's parameters are the API's. */

import type { View } from "../url";
import { lengthInHours } from "../words/window";
import { addressOf, type Parameters } from "./client";
import type { Allocations } from "./schema";

export const ALLOCATIONS = "api/v1/allocations";
export const ASSETS = "api/v1/assets";

/** The step a view asks for: `auto` is hours up to two days, else days. */
export function stepOf(view: Pick<View, "step" | "window">): string {
  if (view.step !== "auto") return view.step;
  const hours = lengthInHours(view.window);
  return hours !== null && hours <= 48 ? "1h" : "1d";
}

/** The API's parameters of a view, all of them spelled out: a copied request does not depend on defaults. */
export function parametersOf(view: View): Parameters {
  return {
    window: view.window,
    aggregate: view.aggregate.join(","),
    step: stepOf(view),
    idle: view.idle,
    idle_by: view.idle_by === "cluster" ? "" : view.idle_by,
    idle_split: view.idle_split === "weighted" ? "" : view.idle_split,
    tenancy: view.tenancy === "separate" ? "" : view.tenancy,
    share_namespaces: view.share_namespaces,
    share_labels: view.share_labels,
    share_cost: view.share_cost,
    share_split: view.share_split === "weighted" ? "" : view.share_split,
    basis: view.basis,
    estimated: view.estimated === "include" ? "" : view.estimated,
    currency: view.currency,
    filter: view.filter,
    compare: view.compare,
  };
}

/** What became of the costs of a view, by cluster and over time. */
export function efficiencyAddress(view: View): string {
  return addressOf("api/v1/efficiency", {
    window: view.window,
    aggregate: "cluster",
    step: stepOf({ ...view, step: "auto" }),
    basis: view.basis,
    estimated: view.estimated === "include" ? "" : view.estimated,
    currency: view.currency,
    filter: view.filter,
  });
}

export function allocationsAddress(view: View): string {
  return addressOf(ALLOCATIONS, parametersOf(view));
}

/** What changed in the span of an answer that is compared, against the earlier one, split by cause; null for none. */
export function compareAddress(view: View, previous: Allocations["previous"]): string | null {
  const { span, earlier_span: earlier } = previous ?? {};
  if (!span || !earlier) return null;
  const { step, compare, ...asked } = parametersOf(view);
  const [window, base] = [span, earlier].map(({ start, end }) => `${start},${end}`);
  return addressOf("api/v1/compare", { ...asked, window: window ?? "", base: base ?? "" });
}

/** Which of the last days stand out, among the clusters and namespaces of a view. */
export function anomaliesAddress(view: View): string {
  return addressOf("api/v1/anomalies", anomalyParameters(view));
}

/** What the days that stand out are asked by, and an event is marked by. */
export function anomalyParameters({ filter, estimated }: View): Parameters {
  return { filter, estimated: estimated === "include" ? "" : estimated };
}

/** What only workloads have: idle of their own, and shares of others. */
export const OF_WORKLOADS: Parameters = {
  idle: "",
  idle_by: "",
  idle_split: "",
  tenancy: "",
  share_namespaces: "",
  share_labels: "",
  share_cost: "",
  share_split: "",
};

export function assetsAddress(view: View): string {
  return addressOf(ASSETS, { ...parametersOf(view), ...OF_WORKLOADS });
}

/** Bills are by the day, and `total` is the server's own choice among their five costs. */
export function cloudAddress(view: View): string {
  const step = view.step === "auto" ? "1d" : view.step;
  const metric = view.metric === "total" ? "" : view.metric;
  return addressOf("api/v1/cloudcosts", {
    ...parametersOf(view),
    ...OF_WORKLOADS,
    step,
    basis: "",
    estimated: "",
    metric,
  });
}

/** The values of a field that costs of the window have, for completion. */
export function valuesAddress(kind: string, window: string, field: string, search: string): string {
  return addressOf(`model/${kind}/autocomplete`, { window, field, search, limit: "100" });
}

/** The same question answered as a file with one line a row and step, of one kind of cost. */
export function stepsFileAddress(view: View, column: string): string {
  return addressOf(ALLOCATIONS, { ...parametersOf(view), compare: "", format: "csv", columns: column });
}
