import { useMemo } from "react";

/** So many rem in pixels. */
export function useRem(rem: number): number {
  return useMemo(
    () => rem * (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16),
    [rem],
  );
}
