import { type BoxKind, sectionsOf, tickMs } from "../ledger/box-format.js";
import type { Plan } from "../plan/plan.js";
import type { Role } from "../scenario/scenario.js";

/** Bytes that the black boxes of a run will take, all lives and what the auditor saw among them. */
export function bytesOfBoxes(plan: Plan): number {
  const { layout } = plan;
  const lives = livesMax(plan);
  const size = (kind: BoxKind, bits: number, ticks = 0): number =>
    sectionsOf({ kind, bits, ticks }).fileLength;
  const mostMessages = Math.max(...layout.messages);
  return (
    lives.producer * size("producer", mostMessages, ticksFor(plan)) +
    lives.consumer * size("consumer", layout.words * 32) +
    size("scan", layout.words * 32) +
    size("output", layout.words * 32)
  );
}

/** How many lives there can be, by role. */
function livesMax({ scenario, faults }: Plan): Record<Role, number> {
  const lives = { producer: scenario.producers.count, consumer: scenario.consumers.count };
  for (const fault of faults) {
    switch (fault.kind) {
      case "kill":
      case "stop":
        lives[fault.role] += fault.times;
        break;
      case "join":
        lives.consumer += fault.times;
        break;
      case "reset-offsets":
        lives.consumer += fault.times * scenario.consumers.count;
        break;
      case "link":
      case "pause":
      case "oversize":
      case "broker":
      case "topic":
        break;
    }
  }
  return lives;
}

/** Room to write `next` down each 100 ms for twice as long as planned, and a minute more. */
export function ticksFor(plan: Plan): number {
  return Math.ceil((2 * plan.sendingMs + 60_000) / tickMs);
}
