#!/usr/bin/env node
/**
 * `npm run dashboards`: formats the jsonnet, and builds the dashboards and the rules in dashboards/out.
 * `--check` writes nothing, and ends with 1 when a file is not formatted, not what jsonnet-lint lets
 * pass, or not what is built. `--out DIR` takes another folder for what is built.
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
    ...(await strangers()),
  ].filter((complaint) => complaint !== undefined);
  for (const complaint of complaints) console.log(complaint);
  if (complaints.length > 0) process.exitCode = 1;
} else {
  await run(program("jsonnetfmt"), ["--in-place", ...jsonnet]);
  await mkdir(values.out, { recursive: true });
  await Promise.all(built.map(({ name, text }) => writeFile(join(values.out, name), text)));
}

/** Dashboards become JSON. The rules are text already: YAML, as Prometheus has it. */
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
  if (committed !== text) return `${join(values.out, name)} is not what is built: run npm run dashboards`;
}

async function strangers() {
  const known = new Set(built.map(({ name }) => name));
  const found = await readdir(values.out).catch(() => []);
  return found
    .filter((name) => !known.has(name))
    .map((name) => `${join(values.out, name)} is built from nothing`);
}
