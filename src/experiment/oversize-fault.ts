import { epochMs } from "../base/clock.js";
import type { BlackBox } from "../ledger/black-box.js";
import type { PlannedOversize } from "../plan/plan.js";
import { type FaultProgress, waitOrOver } from "./fault-context.js";
import { conductOccurrences } from "./occurrences.js";
import { lifeToHit, nameOfTarget } from "./worker-at-work.js";

/** Has a producer make its next message larger than any broker takes, and sees that it was sent. */
export async function conductOversizeFault(fault: PlannedOversize, run: FaultProgress): Promise<void> {
  const { crew, say, sendingOver } = run;
  const onProducer = { ...fault, role: "producer" } as const;
  const on = (occurrence: number): string => nameOfTarget(onProducer, occurrence);
  await conductOccurrences(fault, run, { kind: "oversize", on }, async (occurrence, dueAt) => {
    const life = await lifeToHit(onProducer, run, occurrence, dueAt);
    if (life === undefined) return undefined;
    const box = life.box as BlackBox<"producer">;
    const before = box.get("oversized");
    const appliedAt = epochMs();
    crew.command(life, { kind: "oversize", bytes: fault.size });
    const name = `${on(occurrence)} to send ${fault.size} bytes`;
    // A life that dies first sends no more; the next one was not told.
    const sentOrDead = (): boolean => box.get("oversized") > before || life.process.end !== undefined;
    await waitOrOver(name, sentOrDead, sendingOver);
    const sent = box.get("oversized") > before;
    if (sent) say(`${on(occurrence)} sent a message of ${fault.size} bytes`);
    return {
      appliedAt,
      touched: sent ? 1 : 0,
      probe: sent ? `sent ${fault.size} bytes as one message` : null,
      inForce: sent ? true : null,
    };
  });
}
