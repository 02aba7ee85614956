import { epochMs } from "../../base/clock.js";
import type { PlannedPause } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, momentLimitMs, pauseUntil } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { conductOccurrences } from "./occurrences.js";
import { seek, shownBy, type Sought } from "../../base/seek.js";
import { letGoOn, lifeToHit, nameOfTarget, overFor } from "./worker-at-work.js";

/**
 * Makes a worker stand still (SIGSTOP), and go on (SIGCONT). A consumer that is to stand still for
 * longer than its session lasts does so until the group has gone on without it: that is the point of
 * such a fault, and no clock says when it is reached.
 */
export async function conductPauseFault(fault: PlannedPause, run: FaultProgress): Promise<void> {
  const { crew, say, inForce, plan } = run;
  const over = overFor(fault.role, run);
  const outlivesSession = fault.role === "consumer" && fault.for > plan.scenario.consumers.sessionTimeout;
  const on = (occurrence: number): string => nameOfTarget(fault, occurrence);
  await conductOccurrences(fault, run, { kind: "pause", on }, async (occurrence, dueAt) => {
    const life = await lifeToHit(fault, run, occurrence, dueAt);
    if (life === undefined) return undefined;
    const { role, worker } = life;
    const appliedAt = epochMs();
    // A life that came to its own end in this very moment was not touched.
    if (!(await crew.pause(life))) return { appliedAt, touched: 0 };
    const key = keyOf(fault, occurrence);
    inForce.set(key, `pause of ${role} ${worker}`);
    say(`SIGSTOP ${role} ${worker}`);

    const movingOn = outlivesSession ? groupMovesOnWithout(life, fault.for, run) : undefined;
    await pauseUntil(appliedAt + fault.for, over);
    const movedOn = await movingOn;
    // Behind the signal it finds the command, and goes on as if it had never been told to stand.
    letGoOn(fault, run, occurrence, life);
    const healed = await crew.resume(life);
    const healedAt = epochMs();
    inForce.delete(key);
    say(`SIGCONT ${role} ${worker}`);
    return {
      appliedAt,
      healedAt,
      touched: 1,
      probe: inWords({ appliedAt, healedAt }, movedOn),
      // Cut short: whether the group would have gone on without it, nobody knows.
      inForce: movedOn === undefined ? true : shownBy(movedOn),
      healed: healed ? true : null,
    };
  });
}

/** When the group's coordinator had thrown a member out, which it is to do before `dueMs` have passed. */
async function groupMovesOnWithout(
  { clientId }: Life,
  dueMs: number,
  run: FaultProgress,
): Promise<Sought<number>> {
  const { admin, groupId, drained } = run;
  return await seek(
    `the group to go on without ${clientId}`,
    async () => !(await admin.members(groupId)).includes(clientId) && epochMs(),
    { limitMs: momentLimitMs, enoughMs: dueMs, everyMs: 50, over: drained },
  );
}

function inWords(
  { appliedAt, healedAt }: { appliedAt: number; healedAt: number },
  movedOn: Sought<number> | undefined,
): string {
  const stopped = `stood still for ${Math.round(healedAt - appliedAt)} ms`;
  switch (movedOn?.kind) {
    case undefined:
    case "unknown":
      return stopped;
    case "missed":
      return `${stopped}; the group had not gone on without it`;
    case "seen":
      return `${stopped}; the group had gone on without it after ${Math.round(movedOn.seen - appliedAt)} ms`;
  }
}
