// Builds the two files that all reports share: the script that draws the charts, and the style
// sheet.
import { readFile } from "node:fs/promises";

import { build } from "esbuild";

const licences = [
  "node_modules/echarts/NOTICE",
  "node_modules/echarts/licenses/LICENSE-d3",
  "node_modules/zrender/LICENSE",
];
const texts = await Promise.all(licences.map((file) => readFile(file, "utf8")));
const banner = [
  "This script contains, under the Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0):",
  texts[0],
  "with parts of d3:",
  texts[1],
  "and ZRender:",
  texts[2],
].join("\n");

await build({
  entryPoints: { charts: "web/main.ts", report: "web/report.css" },
  outdir: "dist/views/html",
  bundle: true,
  minify: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  legalComments: "none",
  banner: { js: `/*\n${banner.trim()}\n*/` },
});
