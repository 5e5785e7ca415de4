/** Help: keys, words, and where the same numbers are without this page. */

import { addressOf } from "../../api/client";
import { useHealthz } from "../../api/hooks";
import { SHORTCUTS } from "../../frame/keys";
import { Title } from "../../frame/page";
import { setShortcuts, useShortcuts } from "../../frame/preferences";
import { StateMark } from "../../marks/state";
import type { View } from "../../url";
import { command } from "../../words/commands";
import { allStates } from "../../words/states";

const WORDS: readonly (readonly [string, string])[] = [
  ["Window", "A span of time in UTC, from its start up to but not including its end."],
  ["Allocation", "What one container cost while it ran: the larger of requested and used, times the price."],
  ["Asset", "What is paid for: a node, a disk, a load balancer, a cluster’s fee."],
  ["Idle", "The cost of the assets minus what was allocated to workloads."],
  ["Efficiency", "The used part of what was requested, CPU and memory weighted by their cost."],
  ["List, adjustment", "What the price source says, and what the bill says more or less than that."],
  ["Amortised net", "The bill with commitments spread over their time, discounts and credits taken off."],
  ["≥ before an amount", "Data are missing behind the sum; it is at least this much."],
  ["So far", "The window is not over. Its bar is hatched and will grow."],
];

export function Help({ view: _ }: { view: View }) {
  return (
    <>
      <Title>Help</Title>
      <div className="halves">
        <div className="column">
          <Keys />
          <About />
        </div>
        <div className="column">
          <Words />
          <States />
        </div>
      </div>
    </>
  );
}

function Words() {
  return (
    <section className="card panel" aria-labelledby="words">
      <h2 id="words">Words</h2>
      <dl className="definitions">
        {WORDS.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function States() {
  return (
    <section className="card panel" aria-labelledby="states">
      <h2 id="states">States</h2>
      <dl className="definitions">
        {allStates().map(({ word, meaning }) => (
          <div key={word}>
            <dt>
              <StateMark state={word} />
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Keys() {
  const on = useShortcuts();
  return (
    <section className="card panel" aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl className="definitions definitions-keys">
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys
                .split(/(, | then )/)
                .map((part) => (/^, $| then /.test(part) ? part : <kbd key={part}>{part}</kbd>))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label className="checkbox">
        <input type="checkbox" checked={on} onChange={(event) => setShortcuts(event.target.checked)} />
        Single keys are shortcuts
      </label>
    </section>
  );
}

function About() {
  const { data } = useHealthz();
  return (
    <section className="card panel" aria-labelledby="about">
      <h2 id="about">The same numbers elsewhere</h2>
      <dl className="definitions">
        <div>
          <dt>HTTP</dt>
          <dd>
            Every page’s address carries the parameters of <code>{addressOf("api/v1/allocations")}</code>.
            Share → Copy as curl gives the request. All routes:{" "}
            <a className="inline-link" href={addressOf("docs")}>
              the reference
            </a>
            .
          </dd>
        </div>
        <div>
          <dt>Shell</dt>
          <dd>
            <code>{command("query").text}</code>
          </dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>{data?.version ?? "unknown"}</dd>
        </div>
      </dl>
    </section>
  );
}
