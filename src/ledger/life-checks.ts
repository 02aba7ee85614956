import { readdirSync } from "node:fs";

import type { Layout } from "../plan/layout.js";
import { LossboundError, messageOf } from "../base/errors.js";
import { EvidenceError } from "./evidence.js";
import { type RunRecord, boxName, scanBoxName } from "./run-record.js";

/**
 * Holds the lives that the record of the run names against the plan and against the black boxes that
 * are there: each worker lived, its lives are 0, 1, 2 …, and no box is left unread.
 *
 * @throws EvidenceError at the first difference; LossboundError `INPUT` where there is no such folder.
 */
export function checkLives(folder: string, layout: Layout, { lives, scenario }: RunRecord): void {
  const workers = { producer: layout.messages.length, consumer: scenario.consumers.count };
  for (const role of ["producer", "consumer"] as const) {
    for (let worker = 0; worker < workers[role]; worker++) {
      const numbers = lives
        .filter((life) => life.role === role && life.worker === worker)
        .map(({ life }) => life);
      const continuous = numbers.toSorted((a, b) => a - b).every((life, place) => life === place);
      if (numbers.length === 0 || !continuous) {
        throw new EvidenceError(
          "lives-continue",
          `the lives of ${role} ${worker} are [${numbers.join(", ")}], not 0 and on`,
        );
      }
    }
  }
  const known = new Set([...lives.map(boxName), scanBoxName]);
  const unread = boxesIn(folder).find((name) => !known.has(name));
  if (unread !== undefined) {
    throw new EvidenceError(
      "lives-continue",
      `${folder} has the black box ${unread}, which is of no life of the run`,
    );
  }
}

function boxesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".box"));
  } catch (error) {
    throw new LossboundError("INPUT", `cannot read the black boxes in ${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
