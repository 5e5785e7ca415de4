// @vitest-environment node
import { readFileSync } from "node:fs";
import openapi, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the types are those of the server's description: run npm run types", async () => {
  const nodes = await openapi(JSON.parse(read("../../openapi.json")), { defaultNonNullable: false });
  expect(read("./openapi.d.ts")).toBe(COMMENT_HEADER + astToString(nodes));
});
