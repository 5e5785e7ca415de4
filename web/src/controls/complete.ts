/** What could come next in a filter that is being written: a field, or a value of the field. Pure. */

export interface Completion {
  /** Where the replaced piece of the text starts; it ends at the cursor. */
  readonly from: number;
  readonly options: readonly string[];
}

/** Known values by field; what is not known can still be typed. */
export type Values = Readonly<Record<string, readonly string[]>>;

const NOTHING: Completion = { from: 0, options: [] };
const MOST = 12;

const VALUE = /(\w+(?:\[[^\]]*\])?)\s*!?(?:<~|~>|~)?:\s*(?:"(?:[^"\\]|\\.)*"\s*,\s*)*("?)([^"]*)$/;
const FIELD = /(?:^|[+|(])\s*(\w*)$/;

/** The name of a label or an annotation that is being written. */
const NAME = /(?:^|[+|(])\s*(label|annotation)\[([^\]]*)$/;

/** A field whose values are wanted, and how the one that is being written begins; null where none is. */
export function wantedIn(text: string): { readonly field: string; readonly begun: string } | null {
  const name = NAME.exec(text);
  if (name) return { field: name[1] ?? "", begun: name[2] ?? "" };
  const value = VALUE.exec(text);
  return value && !isClosed(text) ? { field: value[1] ?? "", begun: value[3] ?? "" } : null;
}

/** The completions of `text` at its end; the cursor is there while somebody types. */
export function completionsOf(text: string, fields: readonly string[], values: Values): Completion {
  const field = FIELD.exec(text);
  if (field) return offer(text, field[1] ?? "", fields, (name) => (name.endsWith("[") ? name : `${name}:`));
  const map = NAME.exec(text);
  if (map) return offer(text, map[2] ?? "", values[map[1] ?? ""] ?? [], (option) => `${option}]:`);
  const value = VALUE.exec(text);
  const [, name = "", quote = "", begun = ""] = value ?? [];
  if (!value || isClosed(text)) return NOTHING;
  const known = values[name] ?? [];
  return offer(text, quote + begun, known, (option) => `"${option.replace(/[\\"]/g, "\\$&")}"`, begun);
}

/** The text with the piece at its end replaced by a chosen option. */
export function completed(text: string, { from }: Completion, option: string): string {
  return text.slice(0, from) + option;
}

function offer(
  text: string,
  piece: string,
  all: readonly string[],
  write: (option: string) => string,
  begun = piece,
): Completion {
  const wanted = begun.toLowerCase();
  const starting = all.filter((option) => option.toLowerCase().startsWith(wanted));
  const holding = all.filter((option) => !starting.includes(option) && option.toLowerCase().includes(wanted));
  const options = [...starting, ...holding].slice(0, MOST).map(write);
  return { from: text.length - piece.length, options: options.filter((option) => option !== piece) };
}

/** Whether the last value has its closing quote: then nothing is being written. */
function isClosed(text: string): boolean {
  return (text.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 0 && /"\s*$/.test(text);
}
