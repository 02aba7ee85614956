import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Result } from "../results/result.js";
import { isOurs } from "./result-places.js";

/** What lies in a folder of results, as each was judged when it was run; what cannot be read is none. */
export function storedResultsIn(out: string): Result[] {
  return readdirSync(out, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isOurs(join(out, entry.name), "result"))
    .flatMap(({ name }) => {
      try {
        return [JSON.parse(readFileSync(join(out, name, "result.json"), "utf8")) as Result];
      } catch {
        // Another command is just replacing it, and will write the page anew.
        return [];
      }
    });
}
