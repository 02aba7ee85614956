/** JSON Schema of the scenario file, for editors: made from the schema that reads it. */
import { jsonSchemaOf } from "../schema/fields.js";
import { scenarioSchema } from "./schema.js";

/** What `npm run schemas` writes to `schemas/scenario.schema.json`; a test compares the two. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = jsonSchemaOf(scenarioSchema);
  return {
    $schema,
    title: "lossbound scenario",
    description: "What is sent, what goes wrong, and how much at-most-once delivery may lose.",
    ...schema,
  };
}
