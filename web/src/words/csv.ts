/** Comma separated values, as the server writes them: comment lines first, then a header. */

export function csvRows(text: string): readonly Readonly<Record<string, string>>[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const [head = "", ...body] = lines;
  const names = cells(head);
  return body.map((line) =>
    Object.fromEntries(cells(line).map((value, at) => [names[at] ?? String(at), value])),
  );
}

/** A line's cells; quoted ones may hold commas and doubled quotes. Line ends within a cell do not occur in names. */
function cells(line: string): readonly string[] {
  const found: string[] = [];
  const pattern = /,(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const [, quoted, plain] of `,${line.replace(/\r$/, "")}`.matchAll(pattern)) {
    found.push(quoted === undefined ? (plain ?? "") : quoted.replace(/""/g, '"'));
  }
  return found;
}
