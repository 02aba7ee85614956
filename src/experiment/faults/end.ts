import { epochMs } from "../../base/clock.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { PlannedKill, PlannedStop } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, pauseUntil } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { type Outcome, conductOccurrences } from "./occurrences.js";
import { lifeToEnd, nameOfTarget, overFor, restart } from "./worker-at-work.js";

/** Longer than a worker takes to end in order: 30 s to flush, and 5 s to disconnect. */
const endLimitMs = 60_000;

/** Kills a worker or asks it to end, as often as planned, and restarts it. */
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
    // A killed worker is dead from the signal on; one that was asked to end, from its end on.
    const deadSince = fault.kind === "kill" ? appliedAt : epochMs();
    if (seen.touched === 1) dead.add(keyOf(fault, occurrence));
    let healedAt: number | null = null;
    if (fault.restartAfter !== undefined) {
      await pauseUntil(deadSince + fault.restartAfter, over);
      if (!over.aborted && seen.touched === 1) {
        await restart(life.role, life.worker, run);
        healedAt = epochMs();
        dead.delete(keyOf(fault, occurrence));
      }
      restarting.delete(on(occurrence));
    }
    return { appliedAt, healedAt, ...seen };
  });
}

type Seen = Omit<Outcome, "appliedAt">;

async function kill(life: Life, { crew, say }: FaultProgress): Promise<Seen> {
  // A life that ended by itself at this very moment was not touched.
  const touched = (await crew.kill(life)) ? 1 : 0;
  say(`SIGKILL ${life.role} ${life.worker}`);
  return { touched };
}

async function stop(life: Life, { crew, say, signal }: FaultProgress): Promise<Seen> {
  const askedAt = epochMs();
  say(`SIGTERM ${life.role} ${life.worker}`);
  const asked = await crew.stop(life, { limitMs: endLimitMs, signal });
  return observedEnd(life, asked, epochMs() - askedAt);
}

/** Returns what the end of a life shows about the request; `asked`: the signal found it alive. */
export function observedEnd(
  life: Pick<Life, "role" | "box">,
  asked: boolean,
  tookMs: number,
): { touched: number; probe: string | null; inForce: boolean | null } {
  if (!asked || hasSentAll(life)) return { touched: 0, probe: null, inForce: null };
  const inOrder = life.box.get("gaveUp") !== 1;
  const how = inOrder ? "ended in order" : "gave up on an orderly end";
  return { touched: 1, probe: `${how} after ${Math.round(tookMs)} ms`, inForce: inOrder };
}

/**
 * A producer that had sent its last message ended by itself, and the signal did not stop anything.
 */
function hasSentAll({ role, box }: Pick<Life, "role" | "box">): boolean {
  return role === "producer" && (box as BlackBox<"producer">).get("next") === box.description.bits;
}
