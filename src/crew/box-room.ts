import { type BoxKind, sectionsOf, tickMs } from "../ledger/box/format.js";
import type { Plan } from "../plan/plan.js";
import { messagesPerSend, sendEveryMs } from "../plan/schedule.js";
import type { Role } from "../scenario/role.js";

/** Bytes that the black boxes of a run will take, all lives and what the auditor saw among them. */
export function bytesOfBoxes(plan: Plan): number {
  const { layout } = plan;
  const lives = livesMax(plan);
  const size = (kind: BoxKind, bits: number, { ticks = 0, requests = 0, sends = 0 } = {}): number =>
    sectionsOf({ kind, bits, ticks, requests, sends }).fileLength;
  const ofProducer = { ticks: ticksFor(plan), requests: requestRowsFor(plan), sends: sendRowsFor(plan) };
  const mostMessages = Math.max(...layout.messages);
  return (
    lives.producer * size("producer", mostMessages, ofProducer) +
    lives.consumer * size("consumer", layout.words * 32) +
    size("scan", layout.words * 32) +
    size("output", layout.words * 32) +
    size("follow", layout.words * 32)
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

/** No box has room for more: 8 MB, and with one broker 21 minutes of sending. */
const rowsMax = 131_072;

/** Room for each call of the client's send. A command makes its calls itself. */
export function sendRowsFor({ scenario, sendingMs }: Plan): number {
  const { command, messages, size } = scenario.producers;
  if (command !== undefined) return 0;
  const sends = Math.ceil(sendingMs / sendEveryMs) + Math.ceil(messages / messagesPerSend(size)) + 2;
  return Math.min(rowsMax, sends);
}

/**
 * Room for each request that a life sends: one to each broker whenever something falls due. Only a
 * request without acknowledgement needs a row: of all others the client hears what became of them.
 */
export function requestRowsFor(plan: Plan): number {
  if (plan.scenario.producers.acks !== 0) return 0;
  return Math.min(rowsMax, sendRowsFor(plan) * plan.scenario.brokers.count);
}
