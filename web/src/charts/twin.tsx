/** The same numbers as a table, for those who cannot use a drawing, and for copying. */

import { useState } from "react";
import { money } from "../words/money";
import { capital } from "../words/states";
import { bucketWords } from "../words/window";
import type { Stack } from "./stack";

export function Twin({ stack, currency, label }: { stack: Stack; currency: string; label: string }) {
  const [open, setOpen] = useState(false);
  const estimated = stack.steps.some((step) => step.estimated > 0);
  return (
    <details className="twin" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Show as a table</summary>
      {open ? (
        // A region that scrolls must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        <section className="twin-scroll" tabIndex={0} aria-label={label}>
          <table className="plain-table number">
            <thead>
              <tr>
                <th scope="col">Time, UTC</th>
                <th scope="col">State</th>
                {stack.groups.map((group) => (
                  <th scope="col" className="end" key={group.id}>
                    {group.label}
                  </th>
                ))}
                <th scope="col" className="end">
                  Total
                </th>
                {estimated ? (
                  <th scope="col" className="end">
                    Of it estimated
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {stack.steps.map((step, at) => (
                <tr key={step.window.start}>
                  <th scope="row">{bucketWords(step.window)}</th>
                  <td>
                    {step.unfinished ? "so far" : capital(step.state)}
                    {step.uncovered === null ? "" : step.uncovered < 1 ? ", billed" : ", at list price"}
                  </td>
                  {stack.groups.map((group) => (
                    <td className="end" key={group.id}>
                      {amount(group.values[at] ?? null, currency)}
                    </td>
                  ))}
                  <td className="end">{amount(step.total, currency)}</td>
                  {estimated ? <td className="end">{amount(step.estimated, currency)}</td> : null}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </details>
  );
}

function amount(value: number | null, currency: string): string {
  return value === null ? "no data" : money(value, currency);
}
