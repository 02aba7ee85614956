import { epochMs } from "../base/clock.js";
import type { BlackBox } from "../ledger/black-box.js";
import type { PlannedStop } from "../plan/plan.js";
import type { Life } from "../worker/crew.js";
import { type FaultProgress, keyOf, pauseUntil } from "./fault-context.js";
import { conductOccurrences } from "./occurrences.js";
import { lifeToHit, nameOfTarget, overFor, startAgain } from "./worker-at-work.js";

/** More than a worker gives itself to end in order: half a minute to flush, and five seconds to leave. */
const endLimitMs = 60_000;

/** Asks a worker to end (SIGTERM), as often as it is to, and starts it again when it has. */
export async function conductStopFault(fault: PlannedStop, run: FaultProgress): Promise<void> {
  const { crew, say, restarting, dead, signal } = run;
  const over = overFor(fault.role, run);
  const on = (occurrence: number): string => nameOfTarget(fault, occurrence);
  await conductOccurrences(fault, run, { kind: "stop", on }, async (occurrence, dueAt) => {
    const life = await lifeToHit(fault, run, occurrence, dueAt);
    if (life === undefined) return undefined;
    const { role, worker } = life;
    const appliedAt = epochMs();
    if (fault.restartAfter !== undefined) restarting.add(on(occurrence));
    say(`SIGTERM ${role} ${worker}`);
    const asked = await crew.stop(life, { limitMs: endLimitMs, signal });
    const endedAt = epochMs();
    dead.add(keyOf(fault, occurrence));
    const seen = endSeen(life, asked, endedAt - appliedAt);
    let healedAt: number | null = null;
    if (fault.restartAfter !== undefined) {
      await pauseUntil(endedAt + fault.restartAfter, over);
      if (!over.aborted && seen.touched === 1) {
        await startAgain(role, worker, run);
        healedAt = epochMs();
        dead.delete(keyOf(fault, occurrence));
      }
      restarting.delete(on(occurrence));
    }
    return { appliedAt, healedAt, ...seen };
  });
}

/** What a life that has ended shows of its being asked to; `asked`: the signal found it alive. */
export function endSeen(
  life: Pick<Life, "role" | "box">,
  asked: boolean,
  tookMs: number,
): { touched: number; probe: string | null; inForce: boolean | null } {
  if (!asked || cameToItsEnd(life)) return { touched: 0, probe: null, inForce: null };
  const inOrder = life.box.get("gaveUp") !== 1;
  const how = inOrder ? "ended in order" : "gave up its orderly end";
  return { touched: 1, probe: `${how} after ${Math.round(tookMs)} ms`, inForce: inOrder };
}

/** A producer that had sent its last message ended by itself: the signal found nothing to stop. */
function cameToItsEnd({ role, box }: Pick<Life, "role" | "box">): boolean {
  return role === "producer" && (box as BlackBox<"producer">).get("next") === box.description.bits;
}
