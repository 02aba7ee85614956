import { readFileSync } from "node:fs";

import { Ajv } from "ajv";
import { inRepository } from "./paths.js";

const path = inRepository("schemas", "result.schema.json");
const isResult = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(path, "utf8")) as object);

/** Where a value is not what the published schema says of a result; nowhere where it is one. */
export function againstSchema(value: unknown): string[] {
  if (isResult(value)) return [];
  return (isResult.errors ?? []).map(
    ({ instancePath, message = "", params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
