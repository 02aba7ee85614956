// Generates scenarios/README.md from the scenario files. `npm run catalogue` formats it afterwards.
import { readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { renderCatalogue } from "#build/views/words/catalogue.js";
import { readScenario } from "#build/scenario/file/read.js";

const folder = new URL("../scenarios/", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml"));
const entries = files.map(async (file) => ({
  file,
  scenario: await readScenario(fileURLToPath(new URL(file, folder))),
}));
await writeFile(new URL("README.md", folder), renderCatalogue(await Promise.all(entries)));
