/**
 * The filter language as far as the page needs it: a list of clauses that must all hold.
 *
 * The server owns the language. What is not a plain `field:"value",…` clause is carried along as it was
 * written, so nothing a person typed is ever lost or reinterpreted here.
 */

export interface Clause {
  /** As written; clauses joined with `+` are the filter. */
  readonly text: string;
  /** Empty when the text is more than one plain comparison. */
  readonly field: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const OPERATORS = ["!<~:", "!~>:", "<~:", "~>:", "!~:", "~:", "!:", ":"];

/** Split a filter into the clauses that must all hold; one opaque clause where `|` joins them. */
export function clausesOf(filter: string): readonly Clause[] {
  const trimmed = filter.trim();
  if (!trimmed) return [];
  const parts = splitTop(trimmed, "+");
  const alternatives = splitTop(trimmed, "|");
  if (parts === null || alternatives === null || alternatives.length > 1) return [opaque(trimmed)];
  return parts.filter((part) => part.trim()).map((part) => clauseOf(part.trim()));
}

/** The filter of these clauses. */
export function filterOf(clauses: readonly Clause[]): string {
  return clauses
    .map((clause) => (needsBrackets(clause, clauses) ? `(${clause.text})` : clause.text))
    .join("+");
}

/** A clause that says `field` is `value`. */
export function equal(field: string, value: string): Clause {
  return { text: `${field}:${quote(value)}`, field, operator: ":", values: [value] };
}

/**
 * The filter narrowed to `field` being `value`.
 *
 * A clause that already allows the value among others is replaced by the narrower one; everything else stays.
 */
export function narrowed(filter: string, field: string, value: string): string {
  const clauses = clausesOf(filter);
  const added = equal(field, value);
  const at = clauses.findIndex((clause) => isEqual(clause, field) && clause.values.includes(value));
  if (at >= 0) return filterOf(clauses.map((clause, index) => (index === at ? added : clause)));
  return filterOf([...clauses, added]);
}

/** The filter without its clause number `index`. */
export function without(filter: string, index: number): string {
  return filterOf(clausesOf(filter).filter((_, position) => position !== index));
}

/** The fields a filter pins to one single value. */
export function pinnedBy(filter: string): ReadonlyMap<string, string> {
  const pinned = new Map<string, string>();
  for (const clause of clausesOf(filter)) {
    const [only, ...more] = clause.values;
    if (clause.operator === ":" && only !== undefined && more.length === 0) pinned.set(clause.field, only);
  }
  return pinned;
}

function isEqual(clause: Clause, field: string): boolean {
  return clause.field === field && clause.operator === ":";
}

function needsBrackets(clause: Clause, all: readonly Clause[]): boolean {
  return all.length > 1 && (splitTop(clause.text, "|")?.length ?? 2) > 1;
}

function clauseOf(text: string): Clause {
  const field = /^\w+(\[[^\]]+\])?/.exec(text)?.[0] ?? "";
  const rest = text.slice(field.length).trimStart();
  const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
  if (!field || !operator) return opaque(text);
  const values = valuesOf(rest.slice(operator.length));
  return values ? { text, field, operator, values } : opaque(text);
}

function valuesOf(text: string): readonly string[] | null {
  const parts = splitTop(text, ",");
  if (parts === null) return null;
  const values: string[] = [];
  for (const part of parts) {
    const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(part.trim());
    if (quoted?.[1] === undefined) return null;
    values.push(quoted[1].replace(/\\(.)/g, "$1"));
  }
  return values;
}

function opaque(text: string): Clause {
  return { text, field: "", operator: "", values: [] };
}

function quote(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** Split outside quotes and brackets; null where quotes or brackets do not close. */
function splitTop(text: string, separator: string): string[] | null {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return quoted || depth !== 0 ? null : [...parts, text.slice(start)];
}
