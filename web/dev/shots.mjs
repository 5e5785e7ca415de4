// Pictures of every page and state, both themes, wide and narrow.
//
//   node dev/shots.mjs [name-part …]        into dev/pictures/

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, newPage } from "./chromium.mjs";
import { serve } from "./fake-api.mjs";
import { PAGES } from "./pages.mjs";

const INTO = fileURLToPath(new URL("./pictures/", import.meta.url));
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
const wanted = process.argv.slice(2);

mkdirSync(INTO, { recursive: true });
const server = await serve(0);
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await launch();
for (const [name, { path, setup, before, full }] of Object.entries(PAGES)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const theme of ["light", "dark"]) {
      const picture = `${name}-${size}-${theme}`;
      if (wanted.length > 0 && !wanted.some((part) => picture.includes(part))) continue;
      const { page, complaints, close } = await newPage(browser, { ...viewport, theme });
      if (setup) await setup(page);
      await page.goto(origin + path, { waitUntil: "load" });
      await page.waitForTimeout(900);
      if (before) await before(page);
      await page.screenshot({ path: `${INTO}${picture}.png`, fullPage: full ?? false });
      console.log(picture, complaints.length > 0 ? complaints : "");
      await close();
    }
  }
}
await browser.close();
server.close();
