// Records the fake fleet's answers for the unit tests: node dev/record.mjs

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allocations, clustersAnswer, emptyAnswer, healthWindows } from "./fake/answers.mjs";

const INTO = fileURLToPath(new URL("../src/testing/recorded/", import.meta.url));
const asked = (text) => new URLSearchParams(text);

const RECORDED = {
  "allocations-late": allocations("late", asked("window=7d&aggregate=cluster&step=1d&idle=separate")),
  "allocations-gap": allocations("gap", asked("window=7d&aggregate=cluster&step=1d&idle=hide")),
  "allocations-none": allocations(
    "normal",
    asked('window=7d&aggregate=cluster&step=1d&filter=namespace:"shoop"'),
  ),
  "allocations-before": allocations("old", asked("window=lastmonth&aggregate=cluster&step=1d")),
  "allocations-empty": emptyAnswer(asked("window=7d"), "allocations"),
  "clusters-late": clustersAnswer("late"),
  "health-late": healthWindows("late", asked("window=24h&resolution=1h")),
};

mkdirSync(INTO, { recursive: true });
for (const [name, body] of Object.entries(RECORDED))
  writeFileSync(`${INTO}${name}.json`, `${JSON.stringify(body)}\n`);
