/** The states of windows, by the hour as far as hours are kept, else by the day. */
import { type Asked, useHealthWindows } from "../api/hooks";
import type { HealthWindows } from "../api/schema";
import { lengthInHours } from "../words/window";
import { resolutionOf } from "./window";

export interface Health {
  readonly asked: Asked<HealthWindows>;
  readonly resolution: "1h" | "1d";
  /** The days' own sets, where hours are shown: an object of a day can be damaged while its hours are well. */
  readonly days: HealthWindows | undefined;
}

export function useHealth(window: string, kind: string): Health {
  const wanted = resolutionOf(window);
  const fine = useHealthWindows(window, kind, wanted);
  const days = useHealthWindows(window, kind, "1d", wanted === "1h");
  if (wanted === "1d") return { asked: fine, resolution: "1d", days: undefined };
  // Hours that are no longer kept look as if they had never come; their days are there.
  const kept = fine.data?.ingest?.hourly_retention_hours ?? Number.POSITIVE_INFINITY;
  if ((lengthInHours(window) ?? 0) > kept) return { asked: days, resolution: "1d", days: undefined };
  return { asked: fine, resolution: "1h", days: days.data };
}
