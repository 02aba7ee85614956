import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import type { Repeat } from "../results/repeat.js";

/** What the trials in a folder of results found together; what cannot be read is none. */
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
