/**
 * The shapes of the native API, `/api/v1`, by the names the page uses.
 *
 * They come from `openapi.d.ts`, which is made from the server's own description (`npm run types`); what this file
 * adds are readonly arrays, and that rows are whole: the page never asks for only some of their figures.
 * Times are RFC 3339 in UTC, windows half-open; a figure that was not measured is null, never zero.
 */
import type { components } from "./openapi";

type Schemas = components["schemas"];

type Frozen<Shape> = Shape extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Shape extends object
    ? { readonly [Name in keyof Shape]: Frozen<Shape[Name]> }
    : Shape;

/** Every figure is there; the total is never null, as nothing is left out of it. */
type Whole<Row extends { total_cost?: unknown }> = Frozen<Required<Omit<Row, "previous" | "total_cost">>> & {
  readonly total_cost: number;
  readonly previous?: Frozen<Schemas["PreviousRow"]> | null;
};

export type Window = Frozen<Schemas["WindowJson"]>;
export type WindowState = Schemas["WindowState"];
export type Question = Frozen<Schemas["QuestionJson"]>;

/** The costs that every row has, allocations and assets alike. */
export interface Costs {
  readonly total_cost: number;
}

/** What names a row: its joined name, and one value for each group-by key. */
export interface Named {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
}

export type AllocationRow = Whole<Schemas["AllocationRow"]>;
export type AssetRow = Whole<Schemas["AssetRow"]>;

type Figures<Row> = {
  readonly [Name in keyof Row as Row[Name] extends number | null ? Name : never]: Row[Name];
};

/** The figures of a row, added up over all rows. */
export type AllocationMeasures = Omit<Figures<AllocationRow>, "members"> & Costs;
export type AssetMeasures = Figures<AssetRow> & Costs;

/** One step of the window. A step without data has a state that says so; its cost is not a measured zero. */
export type Bucket = Frozen<Schemas["StepJson"]>;

/** What stands behind the numbers, for one cluster; `expected_minutes` are over and since it was first seen. */
export type Completeness = WithWord<Frozen<Schemas["CompletenessJson"]>>;
export type Warning = Frozen<Schemas["WarningJson"]>;

export interface Answer<Row extends Named & Costs, Measures extends Costs>
  extends Frozen<
    Omit<Schemas["NativeAnswer_AllocationRow_"], "rows" | "totals" | "previous" | "completeness">
  > {
  readonly completeness: readonly Completeness[];
  readonly rows: readonly Row[];
  readonly totals: Measures;
  readonly previous?: Frozen<Schemas["PreviousJson"]> | null;
}

export type Allocations = Answer<AllocationRow, AllocationMeasures>;
export type Assets = Answer<AssetRow, AssetMeasures>;

/** A cluster's state may be a word that only clusters have: silent, new, retired. */
type WithWord<Shape> = Omit<Shape, "state"> & { readonly state: string };

export type Cluster = WithWord<Frozen<Schemas["ClusterJson"]>>;
export type Clusters = Omit<Frozen<Schemas["ClustersJson"]>, "clusters"> & {
  readonly clusters: readonly Cluster[];
};
export type HealthCell = Frozen<Schemas["CellJson"]>;
export type HealthWindows = Frozen<Schemas["HealthJson"]>;
export type BucketBeside = Frozen<Schemas["BucketBesideJson"]>;
export type Ingest = Frozen<Schemas["IngestJson"]>;
export type SavedView = Frozen<Schemas["SavedView"]>;
export type SavedViews = Frozen<Schemas["SavedViews"]>;
/** What became of costs, by group and step. */
export type EfficiencyAnswer = Frozen<Schemas["EfficiencyJson"]>;
export type Spent = Frozen<Schemas["SpentJson"]>;
export type UnclaimedNode = Frozen<Schemas["UnclaimedNodeJson"]>;
export type Unclaimed = Frozen<Schemas["UnclaimedJson"]>;
export type Doubt = Frozen<Schemas["DoubtJson"]>;
export type Repair = Frozen<Schemas["RepairJson"]>;
export type Repairs = Frozen<Schemas["RepairsJson"]>;
export type Rates = Frozen<Schemas["RatesJson"]>;
export type Price = Frozen<Schemas["PriceJson"]>;
export type Prices = Frozen<Schemas["PricesJson"]>;

export interface Healthz {
  readonly status?: string;
  readonly version?: string;
}

export type ExplainedPart = Frozen<Schemas["PartJson"]>;
/** One figure and what it is made of; amounts are exact texts. */
export type Explained = Omit<Frozen<Schemas["ExplainJson"]>, "completeness"> & {
  readonly completeness: readonly Completeness[];
};

/** RFC 9457, with what this server adds; a refusal by something in between may have less. */
export type Problem = Partial<Frozen<Schemas["Problem"]>>;

/** A bill's row; `total_cost` is the one of the five costs that was asked for. */
export type CloudRow = Named & Costs & Frozen<Omit<Schemas["CloudCostRow"], "name" | "key" | "total_cost">>;
export type CloudCosts = Omit<Frozen<Schemas["CloudCostsJson"]>, "rows"> & {
  readonly rows: readonly CloudRow[];
};
export type Bills = Frozen<Schemas["BillCompletenessJson"]>;
export type Reconciled = Frozen<Schemas["ReconciliationJson"]>;

/** Two windows compared: every amount is an exact number as text, and the items of a difference add up to it. */
export type Change = Frozen<Schemas["CompareJson"]>;
export type ChangeTotal = Frozen<Schemas["ChangeTotalJson"]>;
export type ChangeRow = Frozen<Schemas["ChangeRowJson"]>;

/** Days that stand out. */
export type Savings = Frozen<Omit<Required<Schemas["SavingsJson"]>, "savings" | "kinds">> & {
  readonly savings: readonly Saving[];
  readonly kinds: readonly SavingKind[];
};
export type Saving = Frozen<Required<Omit<Schemas["SavingJson"], "archived" | "advice">>> & {
  readonly archived: Frozen<Schemas["ArchivedJson"]> | null;
  readonly advice: RequestAdvice | null;
};
export type SavingFact = Frozen<Schemas["SavingFactJson"]>;
export type SavingKind = Frozen<Omit<Schemas["SavingKindJson"], "withheld">> & {
  readonly withheld: readonly Frozen<Required<Schemas["ReasonJson"]>>[];
};
export type SavingsTotal = Frozen<Schemas["SavingsTotalJson"]>;
export type RequestAdvice = Frozen<Schemas["RequestAdviceJson"]>;
export type ResourceAdvice = Frozen<Schemas["ResourceAdviceJson"]>;
export type ArchivedSavings = Frozen<Schemas["ArchivedSavings"]>;

export type Anomalies = Frozen<Schemas["AnomaliesJson"]>;
export type ExpectedAnomalies = Frozen<Omit<Schemas["ExpectedAnomalies"], "expected">> & {
  readonly expected: readonly ExpectedAnomaly[];
};
export type ExpectedAnomaly = Frozen<Required<Schemas["ExpectedAnomaly"]>>;
export type AnomalyEvent = Frozen<Schemas["AnomalyJson"]>;

export type Books = Frozen<Schemas["BooksJson"]>;
export type StatementBook = Books["books"][number];
export type BookMonth = StatementBook["months"][number];
export type Closing = Frozen<Schemas["ClosingJson"]>;
export type StatementMonth = Frozen<Schemas["StatementMonthJson"]>;
export type ComparedKey = StatementMonth["keys"][number];
export type VerifiedBook = Frozen<Schemas["VerifiedJson"]>;
