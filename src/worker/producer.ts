import { setImmediate as yieldToSockets } from "node:timers/promises";

import { epochMs } from "../base/clock.js";
import { pause, waitUntil } from "../base/wait.js";
import type { OutgoingRecord, ProducerClient } from "../kafka/driver.js";
import { messageWriter } from "../kafka/message.js";
import type { BlackBox } from "../ledger/black-box.js";
import { tickMs } from "../ledger/box-format.js";
import type { EventWriter } from "../ledger/events.js";
import { record } from "../ledger/histogram.js";
import { partitionOf } from "../plan/layout.js";
import type { ProducerOrder } from "./order.js";
import { bytesInProcess } from "./sockets.js";

/** What falls due within so many milliseconds goes out as one send. */
export const sendEveryMs = 10;

/** The broker's default limit is 1,048,588 bytes a batch; above it a whole request is lost in silence. */
const bytesPerSendMax = 900_000;

/** What a record takes beside its value, at most. */
const recordOverhead = 90;

/**
 * The at-most-once producer: it hands each message to the client once, on the clock's schedule, and
 * never waits for the outcome. The number moves *before* the client is called, so that a message is
 * never sent by two lives; the price is that one on the brink of a SIGKILL may be sent by none.
 *
 * The schedule is open-loop: a slow client makes messages late, which is recorded, and never makes
 * them fewer. A life's schedule begins with the life: while the process is dead nothing falls due.
 *
 * @param startAt milliseconds since 1970.
 */
export async function sendOnSchedule(
  order: ProducerOrder,
  box: BlackBox<"producer">,
  client: ProducerClient,
  startAt: number,
): Promise<void> {
  const { topic, partitions, rate, size } = order;
  const { worker, firstNumber, bits: messages } = box.description;
  const makeValue = messageWriter(order.runId, worker, size);
  const perSendMax = Math.max(1, Math.floor(bytesPerSendMax / (size + recordOverhead)));
  let next = firstNumber;

  const sendUpTo = (upTo: number): void => {
    const sentAt = epochMs();
    const records: OutgoingRecord[] = [];
    for (let number = next; number < upTo; number++) {
      records.push({ value: makeValue(number, sentAt), partition: partitionOf(number, worker, partitions) });
    }
    const [from, to] = [next, upTo];
    next = upTo;
    box.set("next", upTo);
    box.set("sendingUntil", sentAt);
    box.add("sends", 1);
    const mark = (outcome: "accepted" | "rejected"): void => {
      for (let number = from; number < to; number++) box.planes[outcome].mark(number);
    };
    client.send(topic, records).then(
      () => mark("accepted"),
      () => mark("rejected"),
    );
  };

  await pause(Math.max(0, startAt - epochMs()));
  box.set("sendingSince", startAt);
  for (let tick = 0; next < messages; tick++) {
    writeTicks(box, next, startAt);
    const dueAt = startAt + tick * sendEveryMs;
    const due = Math.min(messages, firstNumber + Math.floor((rate * (tick * sendEveryMs)) / 1000) + 1);
    if (due > next) recordLag(box, epochMs() - dueAt);
    while (next < due) sendUpTo(Math.min(due, next + perSendMax));
    const left = dueAt + sendEveryMs - epochMs();
    // Behind schedule: no rest, but the sockets get their turn.
    await (left > 0 ? pause(left) : yieldToSockets());
  }
  writeTicks(box, next, startAt);
}

/**
 * The orderly end: every send has come back, and the sockets have nothing left to write. What a
 * stuck link still holds after `limitMs` is given up, and said.
 */
export async function flush(box: BlackBox<"producer">, write: EventWriter, limitMs: number): Promise<void> {
  const sent = (): number => box.get("next") - box.description.firstNumber;
  const settled = (): boolean => box.planes.accepted.count + box.planes.rejected.count === sent();
  const flushed = (): boolean => bytesInProcess(box) === 0;
  try {
    await waitUntil("the last sends to leave this process", () => settled() && flushed(), { limitMs, everyMs: 5 });
  } catch {
    write({ event: "flush-limit", bytesLeft: bytesInProcess(box) });
  }
}

/** Writes `next` down for every 100 ms that have passed: a lost message has no other record of its time. */
function writeTicks(box: BlackBox<"producer">, next: number, startAt: number): void {
  const passed = Math.min(box.ticks.length, Math.floor((epochMs() - startAt) / tickMs) + 1);
  for (let tick = box.get("ticks"); tick < passed; tick++) {
    box.ticks[tick] = next;
    box.set("ticks", tick + 1);
  }
}

function recordLag(box: BlackBox<"producer">, lagMs: number): void {
  const lagUs = Math.max(0, Math.round(lagMs * 1000));
  record(box.histogram, lagUs);
  if (lagUs > box.get("lagMax")) box.set("lagMax", lagUs);
}
