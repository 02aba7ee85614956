#!/usr/bin/env node
/**
 * `npm run dashboards`: formats the jsonnet, and builds the dashboards and the rules in
 * dashboards/out. With `--check` it writes nothing and exits with 1 if a file is not formatted,
 * fails jsonnet-lint or is out of date. `--out DIR` sets another output folder.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

import { goTools } from "./go-tools.mjs";

const run = promisify(execFile);
const source = fileURLToPath(new URL("../dashboards/", import.meta.url));
const { values } = parseArgs({
  options: { out: { type: "string", default: join(source, "out") }, check: { type: "boolean" } },
});

const tools = await goTools("go-jsonnet");
const program = (name) => join(tools, name);
const names = await readdir(source);
const jsonnet = names.filter((name) => /\.(jsonnet|libsonnet)$/.test(name)).map((name) => join(source, name));
const built = await Promise.all(names.filter((name) => name.endsWith(".jsonnet")).map(build));

if (values.check) {
  const complaints = [
    ...(await Promise.all([complaintOf("jsonnetfmt", ["--test", ...jsonnet]), ...jsonnet.map(lint)])),
    ...(await Promise.all(built.map(compare))),
    ...(await withoutSource()),
  ].filter((complaint) => complaint !== undefined);
  for (const complaint of complaints) console.log(complaint);
  if (complaints.length > 0) process.exitCode = 1;
} else {
  await run(program("jsonnetfmt"), ["--in-place", ...jsonnet]);
  await mkdir(values.out, { recursive: true });
  await Promise.all(built.map(({ name, text }) => writeFile(join(values.out, name), text)));
}

/** Builds one file. Dashboards become JSON; the rules are already text, in Prometheus' YAML. */
async function build(name) {
  const isText = name === "rules.jsonnet";
  const args = [...(isText ? ["--string"] : []), join(source, name)];
  const { stdout } = await run(program("jsonnet"), args, { maxBuffer: 16 * 1024 * 1024 });
  const text = isText ? stdout : `${JSON.stringify(JSON.parse(stdout), null, 2)}\n`;
  return { name: name.replace(/jsonnet$/, isText ? "yaml" : "json"), text };
}

async function lint(path) {
  return await complaintOf("jsonnet-lint", [path]);
}

async function complaintOf(name, args) {
  try {
    await run(program(name), args);
  } catch (error) {
    return `${name}: ${error.stderr || error.stdout || "not formatted: run npm run dashboards"}`;
  }
}

async function compare({ name, text }) {
  const committed = await readFile(join(values.out, name), "utf8").catch(() => undefined);
  if (committed !== text) return `${join(values.out, name)} is out of date: run npm run dashboards`;
}

async function withoutSource() {
  const known = new Set(built.map(({ name }) => name));
  const found = await readdir(values.out).catch(() => []);
  return found
    .filter((name) => !known.has(name))
    .map((name) => `${join(values.out, name)} has no source: delete it`);
}
