import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Result } from "../results/result.js";
import { isOurs } from "./result-places.js";

/**
 * Reads the results in a folder, as judged when they were run, and skips files that cannot be read.
 */
export function storedResultsIn(out: string): Result[] {
  return readdirSync(out, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isOurs(join(out, entry.name), "result"))
    .flatMap(({ name }) => {
      try {
        return [JSON.parse(readFileSync(join(out, name, "result.json"), "utf8")) as Result];
      } catch {
        // Another command is replacing it right now, and will write the page again.
        return [];
      }
    });
}
