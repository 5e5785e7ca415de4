/** How far bills are final, in words; a window that has today in it is never final as a whole, its days may be. */
import type { Bills } from "../../api/schema";

/** States of a day whose bill has come whole. */
export const FINISHED: ReadonlySet<string> = new Set(["final", "invoiced"]);

/** Days of an integration: those that are final, and all that have a bill or should have one. */
export function finalDays({ days }: Pick<Bills, "days">): { final: number; all: number } {
  const counts = Object.entries(days);
  return {
    final: counts.filter(([state]) => FINISHED.has(state)).reduce((sum, [, count]) => sum + count, 0),
    all: counts.reduce((sum, [, count]) => sum + count, 0),
  };
}

/** `4 of 7 days are final in every bill; the others will still change.` */
export function finalWords(bills: readonly Pick<Bills, "days">[]): string {
  const each = bills.map(finalDays);
  if (each.length === 0) return "No bill is read.";
  if (each.every(({ final, all }) => final === all))
    return "All days of this window are final in every bill.";
  const least = Math.min(...each.map(({ final }) => final));
  const most = Math.max(...each.map(({ all }) => all));
  const where = bills.length === 1 ? "the bill" : "every bill";
  if (least === 0) {
    const some = each.filter(({ final }) => final > 0).length;
    return some === 0
      ? `None of the ${most} days is final yet: their costs will still change.`
      : `${some} of ${bills.length} bills have final days; the costs of the others will still change.`;
  }
  return `${least} of ${most} days are final in ${where}; the costs of the others will still change.`;
}

/** `4 final, 3 estimated` */
export function daysWords({ days }: Pick<Bills, "days">): string {
  return Object.entries(days)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}
