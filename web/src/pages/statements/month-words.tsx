/** A month and its state in words. */

const STATES: Readonly<Record<string, readonly [string, string, string]>> = {
  running: ["Running", "quiet", "the month is not over"],
  waiting: ["Waiting", "watch", "something of it is missing or may still change"],
  ready: ["Ready", "info", "every day is complete and every bill is invoiced"],
  closed: ["Closed", "good", "there is a statement, which never changes"],
  "not kept": ["Not kept", "quiet", "its rows have left the tables, and it was never closed"],
};

export function MonthMark({ state }: { state: string }) {
  const [word, tone, meaning] = STATES[state] ?? [state, "quiet", ""];
  return (
    <span className={`tone-${tone}`} title={meaning}>
      {word}
    </span>
  );
}

/** `October 2026`. */
export function monthWords(month: string): string {
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString("en-US", {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
}
