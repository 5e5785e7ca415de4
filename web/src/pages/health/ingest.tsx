/** The server itself: what its ingest does, when it comes again, how large its database is and what it keeps. */
import type { Ingest as IngestFacts } from "../../api/schema";
import { StateShape } from "../../marks/state";
import { bytes, duration } from "../../words/hours";
import { whenOf } from "../../words/window";

export function Ingest({ ingest, asOf }: { ingest: IngestFacts; asOf: string }) {
  const failed = ingest.phase === "failed" || ingest.last_error !== "";
  const next = ingest.last_pass_at ? Date.parse(ingest.last_pass_at) + ingest.interval_seconds * 1000 : null;
  const facts: readonly (readonly [string, string])[] = [
    ["Objects waiting", ingest.queue_length.toLocaleString("en-US")],
    ["Last pass", ingest.last_pass_at ? whenOf(ingest.last_pass_at, asOf) : "none yet"],
    ["It took", `${ingest.last_pass_seconds.toFixed(1)} s`],
    ["Next pass", next === null ? "soon" : `about ${whenOf(new Date(next).toISOString(), asOf)}`],
    ["Database", bytes(ingest.database_bytes)],
    ["Hours are kept", keptWords(ingest.hourly_retention_hours, 60)],
    ["Days are kept", keptWords(ingest.daily_retention_days, 1440)],
  ];
  return (
    <section className="card panel" aria-labelledby="ingest">
      <h2 id="ingest">Ingest</h2>
      <p className="state">
        <StateShape state={failed ? "damaged" : "complete"} />
        <span className={failed ? "tone-bad" : undefined}>
          {failed ? `The last pass failed: ${ingest.last_error || "no reason was given"}` : ingest.phase}
        </span>
      </p>
      <dl className="definitions definitions-wide">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function keptWords(amount: number | null, minutes: number): string {
  return amount === null ? "for ever" : duration(amount * minutes);
}
