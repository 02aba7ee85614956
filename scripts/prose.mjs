#!/usr/bin/env node
/**
 * `npm run prose [PATH…]`: looks for the turns of phrase of prose-rules.json in pages, comments, messages and test
 * names, and exits with 1 if it finds one. With paths, it looks at the files below these.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const rules = JSON.parse(readFileSync("scripts/prose-rules.json", "utf8")).map(({ pattern, instead }) => ({
  pattern: new RegExp(pattern, "g"),
  instead,
}));
const listed = execFileSync(
  "git",
  ["ls-files", "-co", "--exclude-standard", "--", ...process.argv.slice(2)],
  {
    encoding: "utf8",
  },
);
const files = listed
  .split("\n")
  .filter((file) => /\.(md|ts|mjs|yaml|yml|jsonnet|libsonnet)$|^\.ci\/run$|^Dockerfile$/.test(file))
  // The changelog tells of the past in the words of its time.
  .filter((file) => file !== "CHANGELOG.md");

let count = 0;
for (const file of files) {
  const text = readFileSync(file, "utf8");
  for (const { line, words } of file.endsWith(".md") ? ofPage(text) : ofCode(text)) {
    for (const { pattern, instead } of rules) {
      for (const [found] of words.matchAll(pattern)) {
        count++;
        console.log(`${file}:${line}: "${found.trim()}"; write: ${instead}`);
      }
    }
  }
}
if (count > 0) {
  console.log(`${count} turns of phrase to rewrite`);
  process.exitCode = 1;
}

/** Each line of a page, without code. */
function* ofPage(text) {
  let isCode = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("```")) isCode = !isCode;
    if (!isCode && !line.startsWith("    ")) {
      yield { line: index + 1, words: line.replaceAll(/`[^`]*`/g, "`…`").replace(/^[\s>|*#-]*/, "") };
    }
  }
}

/** Each line of code, and each run of comment lines as one text, since sentences run over the ends of lines. */
function* ofCode(text) {
  let comment;
  for (const [index, line] of text.split("\n").entries()) {
    const [, words] = /^\s*(?:\/\*\*?|\*\/?|\/\/|#)\s?(.*?)(?:\*\/)?$/.exec(line) ?? [];
    if (words === undefined || words.trim() === "") {
      if (comment !== undefined) yield comment;
      comment = undefined;
      if (words === undefined) yield { line: index + 1, words: line };
    } else {
      comment ??= { line: index + 1, words: "" };
      comment.words = `${comment.words} ${words.trim()}`.trim();
    }
  }
  if (comment !== undefined) yield comment;
}
