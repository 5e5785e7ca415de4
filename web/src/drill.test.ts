import { describe, expect, test } from "vitest";
import { above, below, crumbsOf, identityOf } from "./drill";
import { viewOf } from "./url";

const explore = (filter = "", aggregate = ["cluster"]) =>
  viewOf("explore", { filter, aggregate, window: "30d" });

describe("the way down", () => {
  test("adds the row to the filter and groups by the next level, down to the container", () => {
    let view = explore();
    const keys = [{ cluster: "c" }, { namespace: "n" }, { controller: "deployment:web" }, { pod: "p" }];
    for (const key of keys) {
      const next = below(view, key);
      if (!next) throw new Error(`nothing below ${JSON.stringify(key)}`);
      view = next;
    }
    expect(view.filter).toBe(
      'cluster:"c"+namespace:"n"+controllerKind:"deployment"+controllerName:"web"+pod:"p"',
    );
    expect(view.aggregate).toEqual(["container"]);
    expect(view.window).toBe("30d");
    expect(below(view, { container: "x" })).toBeNull();
  });

  test("keeps the cluster of the row that was clicked when rows have two keys", () => {
    const view = below(explore("", ["cluster", "namespace"]), { cluster: "c", namespace: "n" });
    expect(view?.filter).toBe('cluster:"c"+namespace:"n"');
    expect(view?.aggregate).toEqual(["controller"]);
  });

  test("uses the clicked value although a filter exists", () => {
    const view = below(explore('namespace:"a","b"', ["namespace"]), { namespace: "b" });
    expect(view?.filter).toBe('namespace:"b"');
  });

  test("goes from a label to the clusters that carry it", () => {
    const view = below(explore("", ["label:team"]), { "label:team": "shop" });
    expect(view?.filter).toBe('label[team]:"shop"');
    expect(view?.aggregate).toEqual(["cluster"]);
  });

  test("is not offered for a row whose key does not say what it is", () => {
    expect(below(explore("", ["namespace"]), {})).toBeNull();
  });
});

describe("crumbs", () => {
  const view = explore('cluster:"c"+namespace:"n"+controllerKind:"deployment"+controllerName:"web"', ["pod"]);

  test("are the filter, a controller with its kind as one", () => {
    expect(crumbsOf(view).map(({ field, value }) => [field, value])).toEqual([
      ["cluster", "c"],
      ["namespace", "n"],
      ["controller", "deployment:web"],
    ]);
  });

  test("lead back to where they were the last", () => {
    expect(crumbsOf(view)[0]?.here).toMatchObject({ filter: 'cluster:"c"', aggregate: ["namespace"] });
  });

  test("can be removed one by one", () => {
    expect(crumbsOf(view)[0]?.removed.filter).toBe(
      'namespace:"n"+controllerKind:"deployment"+controllerName:"web"',
    );
  });

  test("end with the way up", () => {
    expect(above(view)).toMatchObject({ filter: 'cluster:"c"+namespace:"n"', aggregate: ["controller"] });
    expect(above(explore())).toBeNull();
  });
});

describe("identity", () => {
  test("is the whole path, whether it comes from the filter or the row", () => {
    const filtered = identityOf({ filter: 'cluster:"c"' }, { namespace: "n" });
    expect(filtered).toBe(identityOf({ filter: "" }, { cluster: "c", namespace: "n" }));
    expect(filtered).toBe("c/n");
  });

  test("differs for the same name in two clusters", () => {
    expect(identityOf({ filter: 'cluster:"a"' }, { namespace: "n" })).not.toBe(
      identityOf({ filter: 'cluster:"b"' }, { namespace: "n" }),
    );
  });
});
