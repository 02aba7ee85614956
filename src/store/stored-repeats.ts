import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Repeat } from "../results/repeat.js";

/** Reads the results of trials in a folder of results, and skips files that cannot be read. */
export function storedRepeatsIn(out: string): Repeat[] {
  return readdirSync(out)
    .filter((name) => name.endsWith(".repeat.json"))
    .toSorted()
    .flatMap((name) => {
      try {
        const { schema, ...repeat } = JSON.parse(readFileSync(join(out, name), "utf8")) as Repeat;
        return schema === "lossbound.repeat/1" ? [{ schema, ...repeat }] : [];
      } catch {
        return [];
      }
    });
}
