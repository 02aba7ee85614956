import { type BoxKind, sectionsOf, tickMs } from "../ledger/box/format.js";
import type { Plan } from "../plan/plan.js";
import { messagesPerSend, sendEveryMs } from "../plan/schedule.js";
import type { Role } from "../scenario/role.js";

/** Returns the bytes that the black boxes of a run will take, for all lives and the auditors. */
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

/** Returns the maximum number of lives, by role. */
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

/**
 * Returns the room for entries of `next`: one every 100 ms, for twice the planned time plus one
 * minute.
 */
export function ticksFor(plan: Plan): number {
  return Math.ceil((2 * plan.sendingMs + 60_000) / tickMs);
}

/** The most rows that a box has room for: 8 MB, or 21 minutes of sending to one broker. */
const rowsMax = 131_072;

/**
 * Returns the room for rows of sends: one per call of the client's send. A command makes its own
 * calls, so it needs none.
 */
export function sendRowsFor({ scenario, sendingMs }: Plan): number {
  const { command, messages, size } = scenario.producers;
  if (command !== undefined) return 0;
  const sends = Math.ceil(sendingMs / sendEveryMs) + Math.ceil(messages / messagesPerSend(size)) + 2;
  return Math.min(rowsMax, sends);
}

/**
 * Returns the room for rows of requests: one per broker and send. Only requests without
 * acknowledgement need a row, because for all others the client reports the outcome.
 */
export function requestRowsFor(plan: Plan): number {
  if (plan.scenario.producers.acks !== 0) return 0;
  return Math.min(rowsMax, sendRowsFor(plan) * plan.scenario.brokers.count);
}
