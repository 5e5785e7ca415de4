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
