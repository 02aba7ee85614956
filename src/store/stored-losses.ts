import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Stored } from "../results/difference.js";
import { storedRepeatsIn } from "./stored-repeats.js";
import { storedResultsIn } from "./stored-results.js";

/**
 * Reads stored results: from a `result.json`, a `NAME.repeat.json`, an array of them as printed by
 * `run --json`, the folder of a run, or a folder of runs. Trials are returned as one repeat.
 *
 * @throws LossboundError `INPUT` if there are none, or if a file has other content.
 */
export function storedLossesAt(path: string): Stored[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new LossboundError("INPUT", `${path}: no such file or folder`);
  if (!stat.isDirectory()) return lossesIn(path);
  const own = join(path, "result.json");
  if (statSync(own, { throwIfNoEntry: false })?.isFile() === true) return lossesIn(own);
  const single = storedResultsIn(path).filter(({ trial }) => trial === null);
  const stored = [...single, ...storedRepeatsIn(path)];
  if (stored.length > 0) return stored;
  throw new LossboundError("INPUT", `${path}: expected the folder of a run or a folder of runs`);
}

function lossesIn(file: string): Stored[] {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new LossboundError("INPUT", `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  const all = Array.isArray(read) ? (read as unknown[]) : [read];
  if (all.length > 0 && all.every(isStored)) return all;
  throw new LossboundError(
    "INPUT",
    `${file}: expected a result.json, a NAME.repeat.json, or an array of them`,
  );
}

/** Checks only the fields that are used. */
function isStored(value: unknown): value is Stored {
  if (typeof value !== "object" || value === null) return false;
  const { schema, scenario, guarantee, messages, faults, trials, verdict } = value as Record<string, unknown>;
  if (typeof scenario !== "string" || typeof guarantee !== "string" || typeof verdict !== "string")
    return false;
  if (schema === "lossbound.repeat/1") return Array.isArray(trials) && trials.every(isTrial);
  const lost =
    typeof messages === "object" && messages !== null && "lost" in messages ? messages.lost : undefined;
  return schema === "lossbound.result/1" && typeof lost === "number" && Array.isArray(faults);
}

function isTrial(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { verdict, lost, faults } = value as Record<string, unknown>;
  return typeof verdict === "string" && typeof lost === "number" && typeof faults === "number";
}
