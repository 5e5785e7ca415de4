/**
 * The shapes of the native API, `/api/v1`.
 *
 * Written by hand until they are generated from the server's OpenAPI document; nothing else declares them.
 * Times are RFC 3339 in UTC, windows half-open; a figure that was not measured is null, never zero.
 */

export interface Window {
  readonly start: string;
  readonly end: string;
}

export type WindowState =
  | "complete"
  | "partial"
  | "estimated"
  | "late"
  | "missing"
  | "damaged"
  | "refused"
  | "before first seen";

export interface Question {
  readonly kind: string;
  readonly window: Window;
  readonly aggregate: readonly string[];
  readonly step: string;
  readonly idle: string;
  readonly filter: string;
}

/** The costs that every row has, allocations and assets alike. */
export interface Costs {
  readonly total_cost: number;
}

export interface AllocationMeasures extends Costs {
  readonly cpu_core_hours: number;
  readonly cpu_core_request_hours: number;
  readonly cpu_core_usage_hours: number | null;
  readonly cpu_cost: number;
  readonly ram_byte_hours: number;
  readonly ram_byte_request_hours: number;
  readonly ram_byte_usage_hours: number | null;
  readonly ram_cost: number;
  readonly gpu_hours: number;
  readonly gpu_cost: number;
  readonly pv_cost: number;
  readonly network_cost: number;
  readonly load_balancer_cost: number;
  readonly shared_cost: number;
  readonly external_cost: number;
  readonly cpu_efficiency: number | null;
  readonly ram_efficiency: number | null;
  readonly total_efficiency: number | null;
}

export interface AssetMeasures extends Costs {
  readonly cost: number;
  readonly adjustment: number;
  readonly cpu_core_hours?: number | null;
  readonly ram_byte_hours?: number | null;
  readonly gpu_hours?: number | null;
  readonly byte_hours?: number | null;
  readonly byte_usage_hours?: number | null;
}

/** What names a row: its joined name, and one value for each group-by key. */
export interface Named {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  readonly start?: string;
  readonly end?: string;
}

export type AllocationRow = Named & AllocationMeasures;
export type AssetRow = Named &
  AssetMeasures & {
    readonly type?: string;
    readonly node_type?: string;
    readonly provider?: string;
    readonly region?: string;
    readonly preemptible?: number | null;
    readonly storage_class?: string;
    readonly claim_namespace?: string;
    readonly claim_name?: string;
    readonly price_source?: string;
  };

/** One step of the window. A step without data has a state that says so; its cost is not a measured zero. */
export interface Bucket {
  readonly window: Window;
  readonly state: WindowState;
  readonly total_cost: number;
  readonly rows: readonly { readonly name: string; readonly total_cost: number }[];
}

/** What stands behind the numbers, for one cluster. */
export interface Completeness {
  readonly cluster: string;
  readonly state: string;
  readonly windows: Readonly<Record<string, number>>;
  readonly first: string | null;
  readonly last: string | null;
  readonly coverage_minutes: number;
  /** Minutes of the window that are over and since the cluster was first seen. */
  readonly expected_minutes: number;
  readonly causes: readonly string[];
}

export interface Warning {
  readonly code: string;
  readonly message: string;
}

export interface Answer<Row extends Named & Costs, Measures extends Costs> {
  readonly question: Question;
  readonly currency: string;
  readonly rows: readonly Row[];
  readonly totals: Measures;
  readonly series: readonly Bucket[];
  readonly completeness: readonly Completeness[];
  readonly warnings: readonly Warning[];
  readonly as_of: string;
  readonly took_ms: number;
}

export type Allocations = Answer<AllocationRow, AllocationMeasures>;
export type Assets = Answer<AssetRow, AssetMeasures>;

export interface Cluster {
  readonly cluster: string;
  readonly state: string;
  readonly first: string | null;
  readonly last: string | null;
  readonly last_uploaded: string | null;
  readonly last_ingested: string | null;
  readonly currency: string | null;
  readonly cause: string | null;
  readonly provider?: string | null;
  readonly region?: string | null;
  readonly agent_version?: string | null;
  readonly nodes?: number | null;
  readonly price_source?: string | null;
  readonly source?: string | null;
}

export interface Clusters {
  readonly clusters: readonly Cluster[];
  readonly as_of: string;
}

export interface HealthCell {
  readonly window: Window;
  readonly state: WindowState;
  readonly coverage_minutes: number | null;
  readonly cause: string | null;
  readonly path: string | null;
  readonly rows: number | null;
  readonly size_bytes: number | null;
  readonly written_at: string | null;
  readonly ingested_at: string | null;
}

export interface HealthWindows {
  readonly clusters: readonly { readonly cluster: string; readonly cells: readonly HealthCell[] }[];
  readonly as_of?: string;
}

export interface SavedView {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly url: string;
  readonly owner: string | null;
  readonly updated_at: string | null;
}

export interface SavedViews {
  readonly views: readonly SavedView[];
  readonly read_only: boolean;
}

export interface Price {
  readonly cluster: string;
  readonly source: string;
  readonly effective_from: string | null;
  readonly overridden: boolean;
  readonly unpriced_count: number;
  /** What the unpriced resources would cost at the fleet's median rates; null where that is not known. */
  readonly unpriced_cost_at_risk: number | null;
  readonly cpu_core_hour: number | null;
  readonly ram_gib_hour: number | null;
  readonly gpu_hour: number | null;
  readonly pv_gib_hour: number | null;
  readonly currency: string;
}

export interface Prices {
  readonly prices: readonly Price[];
  readonly as_of?: string;
}

export interface Healthz {
  readonly status?: string;
  readonly version?: string;
}

/** RFC 9457, with what this server adds. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly parameter?: string;
  readonly read?: string;
  readonly accepted?: string | readonly string[];
  readonly request_id?: string;
  readonly progress?: { readonly done: number; readonly total: number };
}
