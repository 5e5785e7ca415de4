/** From the state of a request to what is on the page: one of the screens, or the answer with its notices. */

import type { ReactNode } from "react";
import type { Asked } from "../api/hooks";
import { ProblemError, SeveralCurrencies } from "../api/problem";
import type { Problem } from "../api/schema";
import { defaults, type Params, type View } from "../url";
import { whenOf } from "../words/window";
import { Failed, Loading, NotAllowed, Several, Stale, Starting } from "./screens";

interface OutcomeProps<Body> {
  asked: Asked<Body>;
  view: View;
  waiting?: ReactNode;
  children: (body: Body) => ReactNode;
}

export function Outcome<Body extends object>({ asked, view, waiting, children }: OutcomeProps<Body>) {
  const { data, error, isPlaceholderData } = asked;
  const retry = () => void asked.refetch();
  if (data === undefined) {
    if (!error) return waiting ?? <Loading />;
    return <Refusal error={error} view={view} retry={retry} />;
  }
  const since =
    "as_of" in data && typeof data.as_of === "string" ? whenOf(data.as_of, new Date().toISOString()) : null;
  return (
    <>
      {error ? <Stale since={since} error={error} retry={retry} /> : null}
      <div className="answer" data-old={isPlaceholderData} aria-busy={isPlaceholderData}>
        {children(data)}
      </div>
    </>
  );
}

export function Refusal({ error, view, retry }: { error: Error; view: View; retry: () => void }) {
  const problem = error instanceof ProblemError ? error : unexpected(error);
  if (problem instanceof SeveralCurrencies) return <Several error={problem} view={view} />;
  if (problem.kind === "starting") return <Starting error={problem} />;
  if (problem.kind === "not allowed") return <NotAllowed error={problem} />;
  const reset = resetOf(view, problem.problem.parameter);
  return <Failed error={problem} retry={retry} reset={reset} mended={mendedOf(view, problem.problem)} />;
}

/** The view with a refused parameter back at its default, where the page has such a parameter and it is not there yet. */
function resetOf(view: View, parameter: string | null | undefined): View | undefined {
  const fallback = defaults(view.page);
  if (!parameter || !(parameter in fallback)) return undefined;
  const key = parameter as keyof Params;
  return String(view[key]) === String(fallback[key]) ? undefined : { ...view, [key]: fallback[key] };
}

/** The view with the suggested word in the place of the one that was sent, where the page has such a parameter. */
export function mendedOf(view: View, { parameter, value, position, suggestion }: Problem): View | undefined {
  if (!parameter || !value || !suggestion || !(parameter in defaults(view.page))) return undefined;
  const key = parameter as keyof Params;
  if (key !== "filter") return view[key] === value ? { ...view, [key]: suggestion } : undefined;
  const at = (position ?? 0) - 1;
  if (view.filter.slice(at, at + value.length) !== value) return undefined;
  return { ...view, filter: view.filter.slice(0, at) + suggestion + view.filter.slice(at + value.length) };
}

function unexpected(error: Error): ProblemError {
  return new ProblemError(
    "server",
    { title: "The page stumbled over the answer", detail: error.message },
    "",
  );
}
