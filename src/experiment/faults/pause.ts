import { epochMs } from "../../base/clock.js";
import type { PlannedPause } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, momentLimitMs, pauseUntil } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { conductOccurrences } from "./occurrences.js";
import { seek, shownBy, type Sought } from "../../base/seek.js";
import { lifeToHit, nameOfTarget, overFor, release } from "./worker-at-work.js";

/**
 * Stops a worker (SIGSTOP) and continues it (SIGCONT). If a consumer should pause for longer than
 * its session lasts, it stays stopped until the group has removed it. That is the point of such a
 * fault, and no clock tells when it happens.
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
    // A life that ended by itself at this very moment was not touched.
    if (!(await crew.pause(life))) return { appliedAt, touched: 0 };
    const key = keyOf(fault, occurrence);
    inForce.set(key, `pause of ${role} ${worker}`);
    say(`SIGSTOP ${role} ${worker}`);

    const removal = outlivesSession ? seekRemoval(life, fault.for, run) : undefined;
    await pauseUntil(appliedAt + fault.for, over);
    const removed = await removal;
    // Sent before SIGCONT, so that the worker finds the command when it wakes and continues at
    // once.
    release(fault, run, occurrence, life);
    const healed = await crew.resume(life);
    const healedAt = epochMs();
    inForce.delete(key);
    say(`SIGCONT ${role} ${worker}`);
    return {
      appliedAt,
      healedAt,
      touched: 1,
      probe: describe({ appliedAt, healedAt }, removed),
      // If the pause is cut short, it is unknown whether the group would have removed the member.
      inForce: removed === undefined ? true : shownBy(removed),
      healed: healed ? true : null,
    };
  });
}

/**
 * Looks for the time at which the group's coordinator removed a member, which is due within
 * `dueMs`.
 */
async function seekRemoval({ clientId }: Life, dueMs: number, run: FaultProgress): Promise<Sought<number>> {
  const { admin, groupId, drained } = run;
  return await seek(
    `the group to remove ${clientId}`,
    async () => !(await admin.members(groupId)).includes(clientId) && epochMs(),
    { limitMs: momentLimitMs, enoughMs: dueMs, everyMs: 50, over: drained },
  );
}

function describe(
  { appliedAt, healedAt }: { appliedAt: number; healedAt: number },
  removed: Sought<number> | undefined,
): string {
  const stopped = `stopped for ${Math.round(healedAt - appliedAt)} ms`;
  switch (removed?.kind) {
    case undefined:
    case "unknown":
      return stopped;
    case "missed":
      return `${stopped}; the group did not remove it`;
    case "seen":
      return `${stopped}; the group removed it after ${Math.round(removed.seen - appliedAt)} ms`;
  }
}
