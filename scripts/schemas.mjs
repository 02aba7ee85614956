#!/usr/bin/env node
/**
 * `npm run schemas`: writes the files in schemas/ anew, from what was built and from the types, and
 * formats them. `--check` writes nothing, and ends with 1 when a file is not what would be written.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";

import { createGenerator } from "ts-json-schema-generator";

import { scenarioJsonSchema } from "#build/scenario/file/json-schema.js";

const { values } = parseArgs({ options: { check: { type: "boolean" } } });

const schemas = { "scenario.schema.json": scenarioJsonSchema(), "result.schema.json": resultJsonSchema() };

for (const [name, schema] of Object.entries(schemas)) {
  const path = new URL(`../schemas/${name}`, import.meta.url);
  if (!values.check) await writeFile(path, `${JSON.stringify(schema, null, 2)}\n`);
  else if (!isDeepStrictEqual(JSON.parse(await readFile(path, "utf8")), schema)) {
    console.error(`schemas/${name} is not what the code says: run \`npm run schemas\``);
    process.exitCode = 1;
  }
}

/** Of the type that the compiler holds every result against. */
function resultJsonSchema() {
  const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
  const { $schema, ...schema } = createGenerator({
    path: path("src/results/result.ts"),
    tsconfig: path("tsconfig.json"),
    type: "Result",
    topRef: false,
    expose: "none",
    sortProps: false,
    // `npm run build` has done that.
    skipTypeCheck: true,
  }).createSchema("Result");
  return { $schema, title: "lossbound result", ...schema };
}
