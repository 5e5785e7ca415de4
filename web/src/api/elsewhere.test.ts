import { expect, test } from "vitest";
import { commandOf, curlOf, duckdbOf, fileOf, focusOf } from "./elsewhere";

const ORIGIN = "http://costs.example";
const ADDRESS =
  "/f/api/v1/allocations?window=7d&aggregate=namespace&step=1d&idle=hide&filter=cluster:%22a%22%2Bpod:%22it's%22";

test("the command asks the same question with the same words", () => {
  expect(commandOf(ORIGIN, ADDRESS)).toBe(
    "fleetcost query allocation --url http://costs.example/f --window 7d --aggregate namespace " +
      `--filter 'cluster:"a"+pod:"it'\\''s"' --idle hide`,
  );
  expect(commandOf(ORIGIN, "/f/api/v1/clusters")).toBeNull();
});

test("the SQL reads the whole answer as a file, without a quote that ends its text early", () => {
  expect(duckdbOf(ORIGIN, ADDRESS)).toBe(
    "SELECT * FROM read_parquet('http://costs.example/f/api/v1/allocations?window=7d&aggregate=namespace&step=all" +
      "&idle=hide&filter=cluster%3A%22a%22%2Bpod%3A%22it%27s%22&format=parquet') ORDER BY total_cost DESC;",
  );
});

test("a file has the view's own step where none is named", () => {
  expect(fileOf(ADDRESS, "csv", null)).toContain("step=1d");
  expect(fileOf(`${ADDRESS}&compare=prev`, "csv", "all")).not.toContain("compare");
});

test("curl's address ends where it should", () => {
  expect(curlOf("http://h/a?f='x\"")).toBe("curl 'http://h/a?f=%27x%22'");
});

test("the same window as a FOCUS file, with the filter of workloads and without that of bills", () => {
  const asked = "/below/api/v1/allocations?window=7d&aggregate=team&filter=namespace%3A%22shop%22&step=1d";
  expect(focusOf(asked)).toBe("/below/api/v1/focus?window=7d&filter=namespace%3A%22shop%22");
  expect(focusOf("/api/v1/cloudcosts?window=30d&filter=service%3A%22EC2%22")).toBe(
    "/api/v1/focus?window=30d",
  );
});
