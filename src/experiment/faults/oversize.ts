import { epochMs } from "../../base/clock.js";
import { within } from "../../base/wait.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { PlannedOversize } from "../../plan/plan.js";
import { type FaultProgress, waitOrOver } from "./context.js";
import { conductOccurrences } from "./occurrences.js";
import { lifeToHit, nameOfTarget } from "./worker-at-work.js";

/**
 * Has a producer make its next message larger than the brokers take, and sees that it was sent. What
 * they take they are asked for themselves: an existing cluster may take more than the scenario knows.
 */
export async function conductOversizeFault(fault: PlannedOversize, run: FaultProgress): Promise<void> {
  const { crew, say, sendingOver } = run;
  const onProducer = { ...fault, role: "producer" } as const;
  const on = (occurrence: number): string => nameOfTarget(onProducer, occurrence);
  await conductOccurrences(fault, run, { kind: "oversize", on }, async (occurrence, dueAt) => {
    const life = await lifeToHit(onProducer, run, occurrence, dueAt);
    if (life === undefined) return undefined;
    const asked = largestBatchOf(run);
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
      ...shownBy(fault.size, sent, await asked),
    };
  });
}

/** Other faults may have the brokers in hand. */
const answerLimitMs = 5_000;

/** What the brokers take of a partition at once, in bytes; `undefined` where they do not say. */
async function largestBatchOf({ admin, topic }: FaultProgress): Promise<number | undefined> {
  try {
    const settings = await within("the topic's settings", admin.topicSettings(topic), answerLimitMs);
    const bytes = Number(settings.get("max.message.bytes")?.value);
    return Number.isNaN(bytes) ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/** A message that was sent is in force only where the brokers cannot take it. */
export function shownBy(
  size: number,
  sent: boolean,
  takenBytes: number | undefined,
): { probe: string | null; inForce: boolean | null } {
  if (!sent) return { probe: null, inForce: null };
  const words = `sent ${size} bytes as one message`;
  if (takenBytes === undefined) return { probe: words, inForce: null };
  return { probe: `${words}; the brokers take ${takenBytes}`, inForce: size > takenBytes };
}
