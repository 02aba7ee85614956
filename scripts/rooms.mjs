#!/usr/bin/env node
/**
 * `npm run rooms`: writes the table of the source's folders and the graph of their imports into
 * docs/architecture.md. With `--check` it writes nothing and exits with 1 if the page is out of
 * date.
 */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { format } from "oxfmt";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs", "architecture.md");
const markers = ["<!-- rooms -->", "<!-- /rooms -->"];

const { values } = parseArgs({ options: { check: { type: "boolean" } } });

const rooms = JSON.parse(await readFile(join(root, "scripts", "rooms.json"), "utf8"));
const stages = [...new Set(rooms.map(({ room }) => room.split("/")[0]))];
const stored = await readFile(page, "utf8");
const [before, rest] = stored.split(markers[0]);
const [, after] = rest.split(markers[1]);
const marked = [before, markers[0], "\n\n", table(), "\n\n", await graph(), "\n\n", markers[1], after].join(
  "",
);
const { code: text } = await format(
  page,
  marked,
  JSON.parse(await readFile(join(root, ".oxfmtrc.json"), "utf8")),
);
if (text !== stored && values.check) {
  console.error("docs/architecture.md is out of date: run `npm run rooms`");
  process.exitCode = 1;
} else if (text !== stored) await writeFile(page, text);

function table() {
  const rows = rooms.map(({ room, does }) => `| \`${room}\` | ${does} |`);
  return ["| folder of `src` | what it does |", "| --- | --- |", ...rows].join("\n");
}

/** Draws one node per stage, without arrows that follow from other arrows. */
async function graph() {
  const arrows = new Map(stages.map((stage) => [stage, new Set()]));
  for (const file of await readdir(join(root, "src"), { recursive: true })) {
    const stage = file.split("/")[0];
    if (!file.endsWith(".ts") || !arrows.has(stage)) continue;
    const text = await readFile(join(root, "src", file), "utf8");
    for (const [, imported] of text.matchAll(/\bfrom "(\.[^"]+)"/g)) {
      const other = normalize(join(dirname(file), imported)).split("/")[0];
      if (other !== stage) arrows.get(stage).add(other);
    }
  }
  const reaches = (from, to) => [...arrows.get(from)].some((next) => next === to || reaches(next, to));
  const lines = stages.flatMap((stage) =>
    [...arrows.get(stage)]
      .filter((to) => ![...arrows.get(stage)].some((other) => other !== to && reaches(other, to)))
      .toSorted((a, b) => stages.indexOf(a) - stages.indexOf(b))
      .map((to) => `  ${stage} --> ${to}`),
  );
  return ["```mermaid", "flowchart BT", ...lines, "```"].join("\n");
}
