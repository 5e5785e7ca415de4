/** What one step holds, next to the pointer. */

import { money } from "../words/money";
import { capital } from "../words/states";
import { bucketWords } from "../words/window";
import type { Stack, Step } from "./stack";
import { Swatch } from "./swatch";

interface HintProps {
  stack: Stack;
  hidden: ReadonlySet<string>;
  at: number;
  step: Step;
  currency: string;
}

export function Hint({ stack, hidden, at, step, currency }: HintProps) {
  const groups = stack.groups.filter((group) => !hidden.has(group.id));
  const centre = (at + 0.5) / stack.steps.length;
  const side =
    centre < 0.5
      ? { left: `calc(${centre * 100}% + 1.25rem)` }
      : { right: `calc(${(1 - centre) * 100}% + 1.25rem)` };
  return (
    <div className="hint-place" aria-hidden="true">
      <div className="hint" style={side}>
        <p className="hint-head">
          <span>{bucketWords(step.window)}</span>
          <span className="muted">{stateWords(step)}</span>
        </p>
        {step.total === null ? null : (
          <table className="hint-rows number">
            <tbody>
              {[...groups].reverse().map((group) => (
                <tr key={group.id}>
                  <td>
                    <Swatch group={group} />
                  </td>
                  <td className="hint-name">{group.label}</td>
                  <td className="hint-amount">{money(group.values[at] ?? 0, currency)}</td>
                </tr>
              ))}
              <tr className="hint-total">
                <td />
                <td>Total</td>
                <td className="hint-amount">{money(step.total, currency)}</td>
              </tr>
              {step.estimated > 0 ? (
                <tr>
                  <td />
                  <td className="hint-name">of it estimated</td>
                  <td className="hint-amount">{money(step.estimated, currency)}</td>
                </tr>
              ) : null}
            </tbody>
          </table>
        )}
      </div>
    </div>
  );
}

function stateWords(step: Step): string {
  const state = step.unfinished ? "so far" : step.state === "complete" ? "" : capital(step.state);
  const prices = step.uncovered === null ? "" : step.uncovered < 1 ? "billed" : "no bill yet";
  return [state, prices].filter(Boolean).join(", ");
}
