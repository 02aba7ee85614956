import { readdirSync } from "node:fs";

import { LossboundError, messageOf } from "../base/errors.js";
import { consumersMax } from "../plan/extra-consumers.js";
import type { Plan } from "../plan/plan.js";
import type { Role } from "../scenario/role.js";
import { EvidenceError } from "./record/evidence-error.js";
import { type RunRecord, boxName, followBoxName, outputBoxName, scanBoxName } from "./record/run-record.js";

/**
 * Holds the lives that the record of the run names against the plan and against the black boxes that
 * are there: each worker lived (one that only a fault adds need not have), its lives are 0, 1, 2 …,
 * there is no worker that the plan does not have, and no box is left unread.
 *
 * @throws EvidenceError at the first difference; LossboundError `INPUT` where there is no such folder.
 */
export function checkLives(folder: string, plan: Plan, { lives, output, witnesses }: RunRecord): void {
  const producers = plan.layout.messages.length;
  const workers: Record<Role, { always: number; most: number }> = {
    // A fault that was to begin another life of a command may have come to nothing.
    producer: { always: plan.scenario.producers.count, most: producers },
    consumer: { always: plan.scenario.consumers.count, most: consumersMax(plan) },
  };
  for (const { role, worker } of lives) {
    if (worker < workers[role].most) continue;
    throw new EvidenceError("lives-continue", `${role} ${worker} lived, and the plan has no such worker`);
  }
  for (const role of ["producer", "consumer"] as const) {
    const { always, most } = workers[role];
    for (let worker = 0; worker < most; worker++) {
      const numbers = lives
        .filter((life) => life.role === role && life.worker === worker)
        .map(({ life }) => life);
      const continuous = numbers.toSorted((a, b) => a - b).every((life, place) => life === place);
      if ((numbers.length === 0 && worker < always) || !continuous) {
        throw new EvidenceError(
          "lives-continue",
          `the lives of ${role} ${worker} are [${numbers.join(", ")}], not 0 and on`,
        );
      }
    }
  }
  const known = new Set([
    ...lives.map(boxName),
    scanBoxName,
    ...(output === null ? [] : [outputBoxName]),
    ...(witnesses.followed ? [followBoxName] : []),
  ]);
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
