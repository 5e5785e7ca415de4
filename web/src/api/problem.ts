/** Everything that can go wrong with a request, as one error with a kind that picks the screen. */

import type { Problem } from "./schema";

export type ProblemKind = "starting" | "not allowed" | "question" | "not found" | "unreachable" | "server";

export class ProblemError extends Error {
  readonly kind: ProblemKind;
  readonly problem: Problem;
  /** What was asked, to show it beside the answer. */
  readonly address: string;

  constructor(kind: ProblemKind, problem: Problem, address: string) {
    super(problem.detail ?? problem.title ?? kind);
    this.name = "ProblemError";
    this.kind = kind;
    this.problem = problem;
    this.address = address;
  }

  /** Whether the same request may succeed without anybody changing anything. */
  get passing(): boolean {
    return this.kind === "starting" || this.kind === "unreachable" || this.kind === "server";
  }
}

/** Costs in several currencies are never added, so an answer in several has no figure for the page. */
export class SeveralCurrencies extends ProblemError {
  readonly sums: Answered["by_currency"];

  constructor({ by_currency }: Answered, address: string) {
    super("question", { title: "These costs are in several currencies" }, address);
    this.sums = by_currency;
  }
}

interface Answered {
  readonly by_currency: readonly {
    readonly currency: string;
    readonly totals: Readonly<Record<string, number | null>>;
  }[];
}

interface InCurrencies extends Answered {
  readonly currency: string;
  readonly rows: readonly { readonly currency: string }[];
}

/**
 * The answer with the rows of its currency: what no rate converts stays apart, as the answer's `conversion` says.
 *
 * An error where there is none of them: rows are in several currencies and none was chosen, or nothing has a rate.
 */
export function inOneCurrency<Body>(body: Body, address: string): Body {
  const { currency, rows, by_currency } = body as Partial<InCurrencies>;
  if (currency === undefined || !rows?.length || !by_currency?.length) return body;
  const own = rows.filter((row) => row.currency === currency);
  if (own.length === 0) throw new SeveralCurrencies({ by_currency }, address);
  return { ...body, rows: own };
}

/** The error of a response that is not a success. */
export function problemOf(status: number, body: unknown, address: string): ProblemError {
  const read: Problem = isProblem(body)
    ? body
    : { title: `The server answered ${status} without saying why` };
  const problem: Problem = { ...read, status };
  return new ProblemError(kindOf(status, problem), problem, address);
}

/** The error of a request that got no answer at all. */
export function unreachable(cause: unknown, address: string): ProblemError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ProblemError("unreachable", { title: "The server did not answer", detail }, address);
}

function kindOf(status: number, problem: Problem): ProblemKind {
  if (status === 503 && (problem.progress !== undefined || problem.title === "starting")) return "starting";
  if (status === 401 || status === 403) return "not allowed";
  if (status === 404) return "not found";
  if (status === 400 || status === 422) return "question";
  return "server";
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && ("title" in body || "detail" in body);
}
