import { setImmediate as yieldToSockets } from "node:timers/promises";

import { epochMs } from "../../base/clock.js";
import { messageOf } from "../../base/errors.js";
import { pause, waitUntil, within } from "../../base/wait.js";
import type { ProducerClient } from "../../kafka/driver.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import { tickMs } from "../../ledger/box/format.js";
import type { EventWriter } from "../../ledger/record/events.js";
import { record } from "../../ledger/box/histogram.js";
import { dueAfter, messagesPerSend, sendEveryMs } from "../../plan/schedule.js";
import { disconnectLimitMs } from "../life.js";
import type { ProducerOrder } from "../order.js";
import type { Sender } from "./sender.js";
import type { SocketRecorder } from "../sockets.js";

/**
 * Gives each message to the client once, on schedule, and never waits for the outcome.
 *
 * The schedule is open-loop: a slow client makes messages late, which is recorded, but never fewer.
 * A life's schedule starts with the life, so nothing falls due while the process is dead.
 *
 * @param when `startAt`: milliseconds since 1970; `asked`: aborts on a request to end early.
 */
export async function sendOnSchedule(
  { rate, settings }: Pick<ProducerOrder, "rate" | "settings">,
  box: BlackBox<"producer">,
  sender: Sender,
  { startAt, asked }: { startAt: number; asked: AbortSignal },
): Promise<void> {
  const { firstNumber, bits: messages } = box.description;
  const perSendMax = messagesPerSend(settings.size);

  await pause(Math.max(0, startAt - epochMs()));
  box.set("sendingSince", startAt);
  let lookedAt = startAt;
  for (let tick = 0; sender.next < messages && !asked.aborted; tick++) {
    lookedAt = recordStandstill(box, lookedAt);
    writeTicks(box, sender.next, startAt);
    const dueAt = startAt + tick * sendEveryMs;
    const due = Math.min(messages, firstNumber + dueAfter(rate, tick * sendEveryMs));
    if (due > sender.next) recordLag(box, epochMs() - dueAt);
    // The outcome does not matter: the next message is sent when it falls due.
    while (sender.next < due) void sender.send(Math.min(due, sender.next + perSendMax));
    const left = dueAt + sendEveryMs - epochMs();
    // Behind schedule it does not pause, but it lets the sockets have their turn.
    await (left > 0 ? pause(left) : yieldToSockets());
  }
  writeTicks(box, sender.next, startAt);
}

/**
 * Longer than kafkajs takes to reject a send on a link that is down: about 11 s. With retries, a
 * second attempt follows after the request time-out and a pause.
 */
const flushLimitMs = { withoutRetries: 30_000, withRetries: 100_000 };

/**
 * Waits until every send has settled and the sockets have nothing left to write. After the limit it
 * gives up what a stuck link still holds, and records that: it is not a loss of the application.
 */
export async function flush(
  { retries }: Pick<ProducerOrder["settings"], "retries">,
  box: BlackBox<"producer">,
  sockets: Pick<SocketRecorder, "bytesInProcess">,
  write: EventWriter,
): Promise<void> {
  const limitMs = retries === 0 ? flushLimitMs.withoutRetries : flushLimitMs.withRetries;
  const sent = (): number => box.get("next") - box.description.firstNumber;
  const settled = (): boolean => box.planes.accepted.count + box.planes.rejected.count === sent();
  const flushed = (): boolean => sockets.bytesInProcess() === 0;
  try {
    const done = (): boolean => settled() && flushed();
    await waitUntil("the last sends to leave this process", done, { limitMs, everyMs: 5 });
  } catch {
    box.set("gaveUp", 1);
    write({ event: "flush-limit", bytesLeft: sockets.bytesInProcess() });
  }
}

/**
 * Closes the client's connections. If that takes too long, the process ends anyway and writes
 * an event. After the planned end, nothing was left to lose. After SIGTERM, `gaveUp` records
 * that the end was not orderly.
 *
 * @param asked aborts on SIGTERM.
 */
export async function disconnect(
  client: Pick<ProducerClient, "disconnect">,
  box: BlackBox<"producer">,
  write: EventWriter,
  asked: AbortSignal,
  limitMs = disconnectLimitMs,
): Promise<void> {
  try {
    await within("the producer to disconnect", client.disconnect(), limitMs);
  } catch (error) {
    if (asked.aborted) box.set("gaveUp", 1);
    write({ event: "disconnect-given-up", why: messageOf(error) });
  }
}

/**
 * Records `next` for every 100 ms that have passed. A lost message leaves no other record of its
 * time.
 */
function writeTicks(box: BlackBox<"producer">, next: number, startAt: number): void {
  const passed = Math.min(box.ticks.length, Math.floor((epochMs() - startAt) / tickMs) + 1);
  for (let tick = box.get("ticks"); tick < passed; tick++) {
    box.ticks[tick] = next;
    box.set("ticks", tick + 1);
  }
}

/** @returns the current time. */
function recordStandstill(box: BlackBox<"producer">, since: number): number {
  const now = epochMs();
  if (now - since > box.get("stoodStillMax")) box.set("stoodStillMax", now - since);
  return now;
}

function recordLag(box: BlackBox<"producer">, lagMs: number): void {
  const lagUs = Math.max(0, Math.round(lagMs * 1000));
  record(box.histogram, lagUs);
  if (lagUs > box.get("lagMax")) box.set("lagMax", lagUs);
}
