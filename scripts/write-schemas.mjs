// Writes the files in schemas/ anew, from what was built. `npm run schemas` formats them afterwards.
import { writeFile } from "node:fs/promises";

import { scenarioJsonSchema } from "#build/scenario/json-schema.js";

const target = new URL("../schemas/scenario.schema.json", import.meta.url);
await writeFile(target, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
