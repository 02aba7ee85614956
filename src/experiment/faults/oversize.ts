import { epochMs } from "../../base/clock.js";
import { within } from "../../base/wait.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { PlannedOversize } from "../../plan/plan.js";
import { type FaultProgress, waitOrOver } from "./context.js";
import { conductOccurrences } from "./occurrences.js";
import { lifeToHit, nameOfTarget } from "./worker-at-work.js";

/**
 * Makes a producer's next message larger than the brokers accept, and checks that it was sent. The
 * brokers are asked for their limit, because an existing cluster may accept more than the scenario
 * assumes.
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
    // If the life dies first, the message is never sent: the next life does not get the command.
    const sentOrDead = (): boolean => box.get("oversized") > before || life.process.end !== undefined;
    await waitOrOver(name, sentOrDead, sendingOver);
    const sent = box.get("oversized") > before;
    if (sent) say(`${on(occurrence)} sent a message of ${fault.size} bytes`);
    return {
      appliedAt,
      touched: sent ? 1 : 0,
      ...evidenceOf(fault.size, sent, await asked),
    };
  });
}

/** Time limit for the brokers' answer, since other faults may hold them. */
const answerLimitMs = 5_000;

/**
 * Returns the largest batch that the brokers accept, in bytes, or `undefined` if they do not
 * answer.
 */
async function largestBatchOf({ admin, topic }: FaultProgress): Promise<number | undefined> {
  try {
    const settings = await within("the topic's settings", admin.topicSettings(topic), answerLimitMs);
    const bytes = Number(settings.get("max.message.bytes")?.value);
    return Number.isNaN(bytes) ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/**
 * Returns the evidence. A message that was sent is in force only if it exceeds the brokers' limit.
 */
export function evidenceOf(
  size: number,
  sent: boolean,
  acceptedBytes: number | undefined,
): { probe: string | null; inForce: boolean | null } {
  if (!sent) return { probe: null, inForce: null };
  const text = `sent ${size} bytes as one message`;
  if (acceptedBytes === undefined) return { probe: text, inForce: null };
  return { probe: `${text}; the brokers accept up to ${acceptedBytes}`, inForce: size > acceptedBytes };
}
