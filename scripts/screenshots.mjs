#!/usr/bin/env node
/**
 * `npm run screenshots`: runs some scenarios, and writes screenshots of their pages to docs/.
 * Requires Chromium.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

import { runScenarios } from "lossbound";
import { chromium } from "playwright-core";

const files = [
  "scripts/both-halves.yaml",
  ...["baseline", "consumer-kill", "flapping-link", "producer-blackhole", "producer-kill"].map(
    (name) => `scenarios/${name}.yaml`,
  ),
];
const pictures = [
  { name: "report-light", page: "both-halves/report.html", colorScheme: "light" },
  { name: "report-dark", page: "both-halves/report.html", colorScheme: "dark" },
  { name: "report-index", page: "report.html", colorScheme: "light" },
];

const out = mkdtempSync(join(tmpdir(), "lossbound-screenshots-"));
try {
  await runScenarios(files, { out, seed: 1 });
  const browser = await chromium.launch({ executablePath: chromiumHere() });
  try {
    for (const picture of pictures) await take(browser, picture);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}

/** Saves the whole page as WebP, which takes a quarter of the size of PNG. */
async function take(browser, { name, page: path, colorScheme }) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, colorScheme });
  await page.goto(pathToFileURL(join(out, path)).href);
  const height = await page.evaluate("document.documentElement.scrollHeight");
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: 80,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: 1000, height, scale: 1 },
  });
  const picture = Buffer.from(data, "base64");
  writeFileSync(join("docs", `${name}.webp`), picture);
  console.log(`docs/${name}.webp: ${Math.round(picture.length / 1024)} KB`);
  await page.close();
}

function chromiumHere() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (found === undefined) throw new Error(`Chromium not found on PATH (${names.join(", ")})`);
  return found;
}
