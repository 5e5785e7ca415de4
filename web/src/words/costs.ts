/** The costs of an allocation row, with the words for each. */

import type { AllocationMeasures } from "../api/schema";

export interface CostColumn {
  readonly column: keyof AllocationMeasures & string;
  readonly title: string;
  readonly meaning: string;
}

export const COSTS: readonly CostColumn[] = [
  { column: "total_cost", title: "Total", meaning: "All costs of the row together" },
  { column: "cpu_cost", title: "CPU", meaning: "Cores, the larger of requested and used" },
  { column: "ram_cost", title: "RAM", meaning: "Memory, the larger of requested and used" },
  { column: "gpu_cost", title: "GPU", meaning: "Graphics processors requested" },
  { column: "pv_cost", title: "Storage", meaning: "Persistent volumes" },
  { column: "network_cost", title: "Network", meaning: "Traffic between zones, regions and the internet" },
  { column: "load_balancer_cost", title: "Load bal.", meaning: "Load balancers" },
  { column: "shared_cost", title: "Shared", meaning: "The row's part of costs that are shared among all" },
  { column: "external_cost", title: "External", meaning: "Costs from outside the clusters" },
];
