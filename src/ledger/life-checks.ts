import { readdirSync } from "node:fs";

import { LossboundError, messageOf } from "../base/errors.js";
import { consumersMax } from "../plan/extra-consumers.js";
import type { Plan } from "../plan/plan.js";
import type { Role } from "../scenario/role.js";
import { EvidenceError } from "./record/evidence-error.js";
import { type RunRecord, boxName, followBoxName, outputBoxName, scanBoxName } from "./record/run-record.js";

/**
 * Checks the lives in the record of the run against the plan and against the black boxes in the
 * folder. Each worker of the plan must have lived, except one that only a fault adds. Its lives
 * must be 0, 1, 2 …. No other worker may have lived, and every box must belong to a life.
 *
 * @throws EvidenceError at the first difference; LossboundError `INPUT` if the folder cannot be
 *   read.
 */
export function checkLives(folder: string, plan: Plan, { lives, output, witnesses }: RunRecord): void {
  const producers = plan.layout.messages.length;
  const workers: Record<Role, { always: number; most: number }> = {
    // A fault that would have started another life of a command may have failed to do so.
    producer: { always: plan.scenario.producers.count, most: producers },
    consumer: { always: plan.scenario.consumers.count, most: consumersMax(plan) },
  };
  for (const { role, worker } of lives) {
    if (worker < workers[role].most) continue;
    throw new EvidenceError("lives-continue", `${role} ${worker} lived, but the plan has no such worker`);
  }
  for (const role of ["producer", "consumer"] as const) {
    const { always, most } = workers[role];
    for (let worker = 0; worker < most; worker++) {
      const numbers = lives
        .filter((life) => life.role === role && life.worker === worker)
        .map(({ life }) => life);
      const continuous = numbers.toSorted((a, b) => a - b).every((life, index) => life === index);
      if ((numbers.length === 0 && worker < always) || !continuous) {
        throw new EvidenceError(
          "lives-continue",
          `${role} ${worker}: expected its lives to be 0, 1, 2 …, got [${numbers.join(", ")}]`,
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
      `${folder}: the black box "${unread}" does not belong to any life of the run`,
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
