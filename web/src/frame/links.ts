/** The pages in the rail, in its order. */

import type { IconName } from "../marks/icon";
import type { PageName } from "../url";

export const PAGE_LINKS: readonly (readonly [PageName, IconName, string])[] = [
  ["overview", "overview", "Overview"],
  ["explore", "explore", "Explore"],
  ["clusters", "clusters", "Clusters"],
  ["efficiency", "efficiency", "Efficiency"],
  ["savings", "savings", "Savings"],
  ["showback", "copy", "Show-back"],
  ["assets", "assets", "Assets"],
  ["cloud", "cloud", "Cloud costs"],
  ["bill", "table", "Bill"],
  ["health", "health", "Data health"],
  ["prices", "prices", "Prices"],
  ["statements", "statements", "Statements"],
  ["saved", "saved", "Saved"],
];
