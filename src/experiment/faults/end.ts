import { epochMs } from "../../base/clock.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { PlannedKill, PlannedStop } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, pauseUntil } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { type Fell, conductOccurrences } from "./occurrences.js";
import { lifeToEnd, nameOfTarget, overFor, startAgain } from "./worker-at-work.js";

/** More than a worker gives itself to end in order: half a minute to flush, and five seconds to leave. */
const endLimitMs = 60_000;

/** Ends a worker, as often as it is to: kills it, or asks it to end. And starts it again. */
export async function conductEndFault(fault: PlannedKill | PlannedStop, run: FaultProgress): Promise<void> {
  const { restarting, dead } = run;
  const over = overFor(fault.role, run);
  const on = (occurrence: number): string => nameOfTarget(fault, occurrence);
  await conductOccurrences(fault, run, { kind: fault.kind, on }, async (occurrence, dueAt) => {
    const life = await lifeToEnd(fault, run, occurrence, dueAt);
    if (life === undefined) return undefined;
    const appliedAt = epochMs();
    if (fault.restartAfter !== undefined) restarting.add(on(occurrence));
    const seen = fault.kind === "kill" ? await kill(life, run) : await stop(life, run);
    // A killed worker is dead from the signal on, one that was asked to end when it has ended.
    const deadSince = fault.kind === "kill" ? appliedAt : epochMs();
    if (seen.touched === 1) dead.add(keyOf(fault, occurrence));
    let healedAt: number | null = null;
    if (fault.restartAfter !== undefined) {
      await pauseUntil(deadSince + fault.restartAfter, over);
      if (!over.aborted && seen.touched === 1) {
        await startAgain(life.role, life.worker, run);
        healedAt = epochMs();
        dead.delete(keyOf(fault, occurrence));
      }
      restarting.delete(on(occurrence));
    }
    return { appliedAt, healedAt, ...seen };
  });
}

type Seen = Omit<Fell, "appliedAt">;

async function kill(life: Life, { crew, say }: FaultProgress): Promise<Seen> {
  // A life that came to its own end in this very moment was not touched.
  const touched = (await crew.kill(life)) ? 1 : 0;
  say(`SIGKILL ${life.role} ${life.worker}`);
  return { touched };
}

async function stop(life: Life, { crew, say, signal }: FaultProgress): Promise<Seen> {
  const askedAt = epochMs();
  say(`SIGTERM ${life.role} ${life.worker}`);
  const asked = await crew.stop(life, { limitMs: endLimitMs, signal });
  return endSeen(life, asked, epochMs() - askedAt);
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
