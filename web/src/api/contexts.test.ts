import { expect, test } from "vitest";
import { contextsOf, isHere, reachOf } from "./contexts";

const body = {
  code: 200,
  data: [
    { id: "eu", name: "Europe", address: "https://eu.example:9090", details: { provisioned: true } },
    { id: "us", name: "America", address: "http://us.example", reachable: false, reason: "refused" },
    { id: "x", name: "Trap", address: "javascript:alert(1)" },
    { name: "no address" },
  ],
};

test("only entries with a server's address are shown", () => {
  expect(contextsOf(body).map(({ id }) => id)).toEqual(["eu", "us"]);
  expect(contextsOf(null)).toEqual([]);
});

test("what the configuration names is distinguished from what people added", () => {
  expect(contextsOf(body).map(({ provisioned }) => provisioned)).toEqual([true, false]);
});

test("an installation is unreachable only where a server has said so", () => {
  expect(contextsOf(body).map(reachOf)).toEqual([
    { state: "unknown", reason: "" },
    { state: "unreachable", reason: "refused" },
  ]);
});

test("the installation of this page is known by its host", () => {
  const [eu] = contextsOf(body);
  expect(eu && isHere(eu, "https://eu.example:9090/explore")).toBe(true);
  expect(eu && isHere(eu, "https://us.example/")).toBe(false);
});
