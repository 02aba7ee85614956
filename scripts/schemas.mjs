#!/usr/bin/env node
/**
 * `npm run schemas`: generates the files in schemas/ from the build and the types, and formats
 * them. With `--check` it writes nothing and exits with 1 if a file is out of date.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";

import { createGenerator } from "ts-json-schema-generator";

import { scenarioJsonSchema } from "#build/scenario/file/json-schema.js";

const { values } = parseArgs({ options: { check: { type: "boolean" } } });

const schemas = {
  "scenario.schema.json": scenarioJsonSchema(),
  "result.schema.json": ofType("Result", "src/results/result.ts"),
  "run.schema.json": withoutWords(ofType("RunRecord", "src/ledger/record/run-record.ts", "all")),
};

for (const [name, schema] of Object.entries(schemas)) {
  const path = new URL(`../schemas/${name}`, import.meta.url);
  if (!values.check) await writeFile(path, `${JSON.stringify(schema, null, 2)}\n`);
  else if (!isDeepStrictEqual(JSON.parse(await readFile(path, "utf8")), schema)) {
    console.error(`schemas/${name} is out of date: run \`npm run schemas\``);
    process.exitCode = 1;
  }
}

/** Generates the schema of a TypeScript type. */
function ofType(type, file, expose = "none") {
  const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
  const { $schema, ...schema } = createGenerator({
    path: path(file),
    tsconfig: path("tsconfig.json"),
    type,
    topRef: false,
    expose,
    sortProps: false,
    // `npm run build` has already checked the types.
    skipTypeCheck: true,
  }).createSchema(type);
  return { $schema, title: `lossbound ${type === "Result" ? "result" : "run"}`, ...schema };
}

/** Without descriptions, which only people read. */
function withoutWords(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "description" && typeof value === "string" ? undefined : value,
  );
}
