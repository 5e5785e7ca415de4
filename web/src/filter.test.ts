import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clausesOf, equal, filterOf, narrowed, pinnedBy, without } from "./filter";

describe("a filter", () => {
  test("falls into the clauses that must all hold", () => {
    const clauses = clausesOf('cluster:"a"+namespace!:"b","c"+label[app]~:"web"');
    expect(clauses.map(({ field, operator, values }) => [field, operator, values])).toEqual([
      ["cluster", ":", ["a"]],
      ["namespace", "!:", ["b", "c"]],
      ["label[app]", "~:", ["web"]],
    ]);
  });

  test("is not cut inside quotes or brackets", () => {
    expect(clausesOf('label[x]:"a+b"+(pod:"c"|pod:"d")').map(({ text }) => text)).toEqual([
      'label[x]:"a+b"',
      '(pod:"c"|pod:"d")',
    ]);
  });

  test("stays one opaque clause where alternatives are at its top, and is bracketed when narrowed", () => {
    const filter = 'namespace:"a"|namespace:"b"';
    expect(clausesOf(filter)).toHaveLength(1);
    expect(narrowed(filter, "cluster", "c")).toBe('(namespace:"a"|namespace:"b")+cluster:"c"');
  });

  test("that cannot be read is carried along untouched", () => {
    expect(clausesOf('cluster:"a').map(({ text }) => text)).toEqual(['cluster:"a']);
    expect(clausesOf("nonsense").map(({ field }) => field)).toEqual([""]);
  });

  test("is written as it was read", () => {
    const clause = fc
      .tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.string())
      .map(([field, value]) => equal(field, value).text);
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1 }), (parts) => {
        const filter = parts.join("+");
        expect(filterOf(clausesOf(filter))).toBe(filter);
      }),
    );
  });

  test("gives back the value that was put in, quotes and backslashes too", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(pinnedBy(narrowed("", "label[x]", value)).get("label[x]")).toBe(value);
      }),
    );
  });
});

describe("narrowing", () => {
  test("adds a clause and keeps the others", () => {
    expect(narrowed('cluster:"a"', "namespace", "b")).toBe('cluster:"a"+namespace:"b"');
  });

  test("replaces a choice of several by the one", () => {
    expect(narrowed('cluster:"a","b"+pod:"p"', "cluster", "b")).toBe('cluster:"b"+pod:"p"');
  });

  test("never drops a clause that says something else", () => {
    expect(narrowed('cluster!:"a"', "cluster", "b")).toBe('cluster!:"a"+cluster:"b"');
  });
});

describe("taking away", () => {
  test("leaves the other clauses", () => {
    expect(without('cluster:"a"+namespace:"b"+pod:"c"', 1)).toBe('cluster:"a"+pod:"c"');
  });
});
