/** The commands that the pages show: one table for the whole product, `src/fleetcost/commands.py`. */

import shown from "./commands.json";

export type CommandName = keyof typeof shown;

export interface ShownCommand {
  text: string;
  /** Where it is run, as words that follow "Run". */
  where: string;
}

/** The command with what the reader's case fills in. */
export function command(name: CommandName, parts: Readonly<Record<string, string>> = {}): ShownCommand {
  const { text, where } = shown[name];
  return { text: text.replace(/\{(\w+)\}/g, (place, part: string) => parts[part] ?? place), where };
}
