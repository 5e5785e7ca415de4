import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { defaults, format, type PageName, parse, type View, viewOf } from "./url";

const roundTrip = (view: View): View => {
  const address = format(view);
  const at = address.indexOf("?");
  return at < 0 ? parse(address, "") : parse(address.slice(0, at), address.slice(at));
};

const PAGES: readonly PageName[] = [
  "overview",
  "explore",
  "clusters",
  "efficiency",
  "assets",
  "health",
  "prices",
  "statements",
  "saved",
  "help",
];

describe("the address of a view", () => {
  test("is empty of parameters where everything is default", () => {
    expect(format(viewOf("explore"))).toBe("explore");
    expect(format(viewOf("overview"))).toBe("");
  });

  test("names only what differs from the page's own defaults", () => {
    expect(format(viewOf("explore", { window: "30d", aggregate: ["cluster", "namespace"] }))).toBe(
      "explore?window=30d&aggregate=cluster,namespace",
    );
    expect(format(viewOf("cluster", { path: ["prod-eu-1"], aggregate: ["namespace"] }))).toBe(
      "clusters/prod-eu-1",
    );
  });

  test("encodes the plus of a filter, which a server would read as a space", () => {
    const view = viewOf("explore", { filter: 'cluster:"a"+namespace:"b"' });
    expect(format(view)).toBe("explore?filter=cluster:%22a%22%2Bnamespace:%22b%22");
    expect(new URLSearchParams(format(view).split("?")[1]).get("filter")).toBe(view.filter);
  });

  test("is read back as the same view, whatever the values", () => {
    const text = fc.string({ unit: "grapheme" });
    const list = fc.array(fc.stringMatching(/^[a-z:./_-]{1,12}$/), { minLength: 1, maxLength: 3 });
    const views = fc.record({
      page: fc.constantFrom(...PAGES),
      window: text,
      aggregate: list,
      step: text,
      idle: text,
      filter: text,
      sort: text,
      columns: text,
      tab: text,
    });
    fc.assert(
      fc.property(views, ({ page, ...params }) => {
        const view = viewOf(page, params);
        expect(roundTrip(view)).toEqual(view);
      }),
    );
  });

  test("keeps the names in its path, whatever they hold", () => {
    const segment = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(segment, segment, segment, (cluster, namespace, workload) => {
        const view = viewOf("workload", { path: [cluster, namespace, workload] });
        expect(roundTrip(view)).toEqual(view);
      }),
    );
  });
});

describe("reading an address", () => {
  test("keeps parameters that no page knows, in their order, and writes them again", () => {
    const view = parse("explore", "?windw=30d&window=7d&x=1&x=2");
    expect(view.unknown).toEqual([
      ["windw", "30d"],
      ["x", "1"],
      ["x", "2"],
    ]);
    expect(format(view)).toBe("explore?windw=30d&x=1&x=2");
  });

  test("takes a typed plus as a plus", () => {
    expect(parse("explore", 'filter=cluster:"a"+namespace:"b"').filter).toBe('cluster:"a"+namespace:"b"');
  });

  test("survives a broken percent sign", () => {
    expect(parse("explore", "filter=100%").filter).toBe("100%");
  });

  test("falls back to the page's defaults", () => {
    expect(parse("", "")).toEqual(viewOf("overview"));
    expect(parse("assets", "").aggregate).toEqual(defaults("assets").aggregate);
  });

  test("opens on the month from its third day on, and on the last week before; the other one is in the address", () => {
    vi.useFakeTimers();
    try {
      for (const [today, opening, other] of [
        ["2026-11-30T23:59:59Z", "month", "7d"],
        ["2026-12-01T00:00:00Z", "7d", "month"],
        ["2026-12-02T23:59:59Z", "7d", "month"],
        ["2026-12-03T00:00:00Z", "month", "7d"],
      ] as const) {
        vi.setSystemTime(new Date(today));
        for (const [page, path] of [
          ["overview", ""],
          ["showback", "showback"],
        ] as const) {
          expect(parse(path, "").window).toBe(opening);
          expect(format(viewOf(page, { window: opening }))).toBe(path);
          expect(format(viewOf(page, { window: other }))).toBe(`${path}?window=${other}`);
        }
        expect(parse("explore", "").window).toBe("7d");
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test("knows the pages with a path, and says where there is no page", () => {
    expect(parse("clusters/prod-eu-1", "").page).toBe("cluster");
    expect(parse("w/c/n/deployment:web", "").path).toEqual(["c", "n", "deployment:web"]);
    expect(parse("clusters/a/b", "").page).toBe("not-found");
    expect(parse("nowhere", "").path).toEqual(["nowhere"]);
  });
});
