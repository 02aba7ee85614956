import { readFileSync } from "node:fs";

import { Ajv } from "ajv";
import { inRepository } from "./paths.js";

const path = inRepository("schemas", "result.schema.json");
const isResult = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(path, "utf8")) as object);

/** Lists where a value violates the published schema of results; an empty list if it is valid. */
export function againstSchema(value: unknown): string[] {
  if (isResult(value)) return [];
  return (isResult.errors ?? []).map(
    ({ instancePath, message = "", params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
