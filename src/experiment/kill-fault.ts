import { epochMs } from "../base/clock.js";
import type { PlannedKill } from "../plan/plan.js";
import { type FaultProgress, keyOf, pauseUntil } from "./fault-context.js";
import { conductOccurrences } from "./occurrences.js";
import { lifeToHit, nameOfTarget, overFor, startAgain } from "./worker-at-work.js";

/** Kills a worker, as often as it is to die, and starts it again. */
export async function conductKillFault(fault: PlannedKill, run: FaultProgress): Promise<void> {
  const { crew, say, restarting, dead } = run;
  const over = overFor(fault.role, run);
  const on = (occurrence: number): string => nameOfTarget(fault, occurrence);
  await conductOccurrences(fault, run, { kind: "kill", on }, async (occurrence, dueAt) => {
    const life = await lifeToHit(fault, run, occurrence, dueAt);
    if (life === undefined) return undefined;
    const { role, worker } = life;
    const appliedAt = epochMs();
    if (fault.restartAfter !== undefined) restarting.add(on(occurrence));
    // A life that came to its own end in this very moment was not touched.
    const touched = (await crew.kill(life)) ? 1 : 0;
    if (touched === 1) dead.add(keyOf(fault, occurrence));
    say(`SIGKILL ${role} ${worker}`);
    let healedAt: number | null = null;
    if (fault.restartAfter !== undefined) {
      await pauseUntil(appliedAt + fault.restartAfter, over);
      if (!over.aborted && touched === 1) {
        await startAgain(role, worker, run);
        healedAt = epochMs();
        dead.delete(keyOf(fault, occurrence));
      }
      restarting.delete(on(occurrence));
    }
    return { appliedAt, healedAt, touched };
  });
}
