/** Shares and efficiencies in words. */

/** A fraction as a percentage; null is a dash, because not measured is not zero. */
export function percent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return "–";
  const value = fraction * 100;
  if (value === 0) return "0%";
  if (Math.abs(value) < 0.1) return value < 0 ? ">−0.1%" : "<0.1%";
  return `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)}%`.replace("-", "−");
}

/** The change from one amount to another, `+4.1%`; null where there is nothing to compare with. */
export function percentDelta(now: number, before: number): string | null {
  if (before === 0) return null;
  const value = ((now - before) / Math.abs(before)) * 100;
  const digits = Math.abs(value) < 10 ? 1 : 0;
  const text = value.toFixed(digits).replace("-", "−");
  return `${value > 0 && /[1-9]/.test(text) ? "+" : ""}${text}%`;
}

/** What part `amount` is of `total`; null where the total is nothing. */
export function shareOf(amount: number, total: number): number | null {
  return total === 0 ? null : amount / total;
}
