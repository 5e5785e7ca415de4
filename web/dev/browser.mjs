// Checks the built app in a browser against the fake fleet: axe on every page in both themes, the content security
// policy, drilling, Back, keys, a path prefix, 10,000 rows, narrow screens, equal totals. Exits 1 on any complaint.
//
//   node dev/browser.mjs [name-part …]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, newPage } from "./chromium.mjs";
import { serve } from "./fake-api.mjs";
import { PAGES } from "./pages.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const server = await serve(0);
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await launch();
const wanted = process.argv.slice(2);
let failures = 0;

async function check(name, work, options) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) return;
  const { page, complaints, close } = await newPage(browser, options);
  try {
    const note = await work(page);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
    console.log("ok  ", name, note ?? "");
  } catch (error) {
    failures += 1;
    console.log("FAIL", name, "\n    ", String(error.message ?? error).replaceAll("\n", "\n      "));
  } finally {
    await close();
  }
}

function expect(found, wanted, what) {
  if (found !== wanted)
    throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);
}

async function visit(page, path, ready = "table.table") {
  await page.goto(origin + path);
  await page.waitForSelector(ready);
}

for (const [name, { path, setup, before }] of Object.entries(PAGES)) {
  for (const theme of ["light", "dark"]) {
    await check(
      `axe ${name} ${theme}`,
      async (page) => {
        if (setup) await setup(page);
        await page.goto(origin + path);
        await page.waitForTimeout(700);
        if (before) await before(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(
          (values) => window.axe.run({ runOnly: { type: "tag", values } }),
          RULES,
        );
        const words = violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .slice(0, 3)
              .map(({ target, failureSummary }) => `${target} ${failureSummary}`)
              .join("; ")}`,
        );
        if (words.length > 0) throw new Error(words.join("\n"));
      },
      { theme },
    );
  }
  await check(
    `no sideways scroll ${name}`,
    async (page) => {
      if (setup) await setup(page);
      await page.goto(origin + path);
      await page.waitForTimeout(500);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(over <= 0, true, `page is ${over} px wider than the screen`);
    },
    { width: 390, height: 844 },
  );
}

await check("drill keeps the cluster, Back returns, reload stays", async (page) => {
  await visit(page, "/explore");
  await page.getByRole("link", { name: "prod-us-1", exact: true }).click();
  await page.getByRole("heading", { name: "Cost by namespace in prod-us-1, last 7 days" }).waitFor();
  await page.getByRole("link", { name: "checkout", exact: true }).click();
  await page
    .getByRole("heading", { name: "Cost by controller in prod-us-1 / checkout, last 7 days" })
    .waitFor();
  await page.reload();
  await page
    .getByRole("heading", { name: "Cost by controller in prod-us-1 / checkout, last 7 days" })
    .waitFor();
  await page.goBack();
  await page.goBack();
  await page.getByRole("heading", { name: "Cost by cluster, last 7 days" }).waitFor();
});

await check("after a drill the heading has the focus", async (page) => {
  await visit(page, "/explore");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Cost by namespace/ }).waitFor();
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => document.activeElement?.tagName), "H1", "focused element");
});

await check("keys: / g w j Backspace t ?", async (page) => {
  await visit(page, "/explore");
  await page.keyboard.press("/");
  await page.keyboard.type('cluster:"ml-us-1"');
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /in ml-us-1/ }).waitFor();
  await page.locator("h1").focus();
  await page.keyboard.press("Backspace");
  await page.getByRole("heading", { name: "Cost by cluster, last 7 days" }).waitFor();
  await page.keyboard.press("w");
  expect(await page.evaluate(() => document.activeElement?.tagName), "SELECT", "after w");
  await page.locator("h1").focus();
  await page.keyboard.press("t");
  expect(await page.evaluate(() => document.documentElement.dataset.theme), "light", "theme after t");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByRole("heading", { name: "Clusters of the fleet" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Help" }).waitFor();
});

await check("everything on Explore is reached by Tab", async (page) => {
  await visit(page, "/explore");
  const reached = new Set();
  for (let step = 0; step < 90; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(
      await page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent,
      ),
    );
  }
  for (const name of ["Share", "Export", "Clear the filter", "prod-eu-1", "Skip to the content"]) {
    if (name !== "Clear the filter" && !reached.has(name)) throw new Error(`${name} was not reached`);
  }
});

await check("a path prefix and a deep link", async (page) => {
  await visit(page, "/late/clusters/prod-ap-2?window=30d");
  await page.getByRole("link", { name: "Explore", exact: true }).click();
  await page.getByRole("heading", { name: "Cost by cluster, last 7 days" }).waitFor();
  expect(new URL(page.url()).pathname, "/late/explore", "path");
});

await check("overview, cluster page, Explore and CSV agree to the cent", async (page) => {
  const filter = encodeURIComponent('cluster:"prod-eu-1"');
  await visit(page, "/clusters/prod-eu-1?window=30d");
  const cluster = await page.locator(".tile-figure").first().textContent();
  await visit(page, `/explore?window=30d&aggregate=namespace&filter=${filter}`);
  const explore = await page.locator(".figure .number").textContent();
  expect(cluster, explore, "cluster page and Explore");
  await visit(page, "/");
  const overview = await page.locator(".tile-figure").first().textContent();
  await visit(page, "/explore?window=month");
  expect(await page.locator(".figure .number").textContent(), overview, "Explore and overview");
  const csv = await (
    await page.request.get(`${origin}/api/v1/allocations?window=month&aggregate=cluster&format=csv`)
  ).text();
  const sum = csv
    .trim()
    .split("\n")
    .slice(2)
    .reduce((all, line) => all + Number(line.split(",").at(-1)), 0);
  expect(sum.toLocaleString("en-US", { style: "currency", currency: "USD" }), overview, "CSV and overview");
  return overview;
});

await check("10,000 rows: few in the page, scrolling without long frames", async (page) => {
  await visit(page, "/big/explore?aggregate=cluster,namespace,controller,pod");
  const rows = Number(await page.locator("table.table").getAttribute("aria-rowcount"));
  const inPage = await page.locator("table.table tbody tr").count();
  if (rows < 10_000) throw new Error(`only ${rows} rows`);
  if (inPage > 200) throw new Error(`${inPage} rows in the page`);
  const frames = await page.evaluate(async () => {
    const times = [];
    let last = performance.now();
    for (let step = 0; step < 120; step += 1) {
      window.scrollBy(0, 400);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times.sort((one, other) => one - other);
  });
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForTimeout(300);
  const last = await page.locator("table.table tbody tr[aria-rowindex]").last().getAttribute("aria-rowindex");
  expect(Number(last), rows, "last row's index");
  const at = (part) => Math.round(frames[Math.floor(frames.length * part)]);
  if (at(0.95) > 100) throw new Error(`95% of the frames took up to ${at(0.95)} ms`);
  return `${rows} rows, ${inPage} in the page, frames p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
});

await check("a slow answer leaves the last one, dimmed", async (page) => {
  await page.goto(`${origin}/slow/explore`);
  await page.getByRole("status", { name: "Loading" }).waitFor();
  await page.waitForSelector("table.table", { timeout: 8000 });
  await page.getByLabel("Idle").selectOption("hide");
  await page.waitForSelector('.answer[aria-busy="true"] table.table');
});

await check("a saved view is kept, listed and opened", async (page) => {
  await visit(page, "/explore?window=30d");
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "Save this view" }).click();
  await page.getByLabel("Title").fill("Thirty days");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForTimeout(300);
  await visit(page, "/saved");
  await page.getByRole("link", { name: "Thirty days" }).click();
  await page.getByRole("heading", { name: "Cost by cluster, last 30 days" }).waitFor();
});

await browser.close();
server.close();
console.log(failures === 0 ? "all well" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
