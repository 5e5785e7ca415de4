import { describe, expect, test } from "vitest";
import { completed, completionsOf, wantedIn } from "./complete";

const FIELDS = ["cluster", "container", "namespace", "label["];
const VALUES = {
  cluster: ["prod-eu-1", "prod-us-1", "dev-eu-1"],
  namespace: ["checkout"],
  label: ["team", "app"],
};
const options = (text: string) => completionsOf(text, FIELDS, VALUES).options;

describe("completing a filter", () => {
  test("offers fields at its start and after each joint", () => {
    expect(options("c")).toEqual(["cluster:", "container:", "namespace:"]);
    expect(options('cluster:"a"+name')).toEqual(["namespace:"]);
    expect(options("(la")).toEqual(["label["]);
  });

  test("offers the field's values, those that start so before those that hold it", () => {
    expect(options("cluster:")).toEqual(['"prod-eu-1"', '"prod-us-1"', '"dev-eu-1"']);
    expect(options('cluster:"eu')).toEqual(['"prod-eu-1"', '"dev-eu-1"']);
    expect(options('cluster:"prod-eu-1","d')).toEqual(['"dev-eu-1"', '"prod-eu-1"', '"prod-us-1"']);
    expect(options('namespace!~:"ch')).toEqual(['"checkout"']);
  });

  test("offers labels by name, and says whose values are wanted", () => {
    expect(options('cluster:"a"+label[tea')).toEqual(["team]:"]);
    const named = 'cluster:"a"+label[tea';
    expect(completed(named, completionsOf(named, FIELDS, VALUES), "team]:")).toBe('cluster:"a"+label[team]:');
    expect(wantedIn("label[tea")).toEqual({ field: "label", begun: "tea" });
    expect(wantedIn('namespace:"a"+label[team]:"fi')).toEqual({ field: "label[team]", begun: "fi" });
    expect(["", "clu", 'cluster:"a"'].map(wantedIn)).toEqual([null, null, null]);
  });

  test("is silent where a value is finished or the field is unknown", () => {
    expect(options('cluster:"prod-eu-1"')).toEqual([]);
    expect(options('nobody:"x')).toEqual([]);
  });

  test("replaces only the piece that was begun", () => {
    const text = 'namespace:"checkout"+cluster:"us';
    const completion = completionsOf(text, FIELDS, VALUES);
    expect(completed(text, completion, completion.options[0] ?? "")).toBe(
      'namespace:"checkout"+cluster:"prod-us-1"',
    );
  });
});
