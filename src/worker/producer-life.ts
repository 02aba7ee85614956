import { pause, waitUntil, within } from "../base/wait.js";
import { kafkajsDriver } from "../kafka/kafkajs.js";
import { openBox } from "../ledger/black-box.js";
import type { EventWriter } from "../ledger/events.js";
import { abortOf, connectAtLast, connectionOf, disconnectLimitMs, nextCommand, report } from "./life.js";
import type { ProducerOrder } from "./order.js";
import { flush, sendOnSchedule } from "./producer.js";
import { expectsAnswerUnless, requestTracer, socketRecorder } from "./sockets.js";

const connectLimitMs = 5_000;

/**
 * One life of a producer, from its connecting to its orderly end: that comes with its last message, or
 * when it is asked for (SIGTERM).
 */
export async function liveAsProducer(
  order: ProducerOrder,
  write: EventWriter,
  asked: AbortSignal,
): Promise<void> {
  const acks = 0;
  const box = openBox(order.box.path, { ...order.box.description, kind: "producer" }, "write");
  const trace = order.traceRequests ? requestTracer(order.runId, write) : undefined;
  const sockets = socketRecorder(box, write, expectsAnswerUnless(acks), trace);
  const client = kafkajsDriver.producer(connectionOf(order, sockets), { acks });

  // kafkajs sends nothing before its first connect has succeeded. A producer whose link is down then
  // begins all the same, as an application would, and goes on trying.
  const connected = connectAtLast(client, write);
  await Promise.race([connected, pause(connectLimitMs)]);
  const go = nextCommand("go");
  report({ kind: "ready" });
  const told = await Promise.race([go, abortOf(asked)]);
  if (told !== undefined) await sendOnSchedule(order, box, client, { startAt: told.at, asked });
  await flush(box, sockets, write);
  await within("the producer to disconnect", client.disconnect(), disconnectLimitMs).catch(() => {});
  await waitUntil(
    "the sockets to close",
    () => box.get("connectionsClosed") === box.get("connectionsOpened"),
    {
      limitMs: 1_000,
      everyMs: 5,
    },
  ).catch(() => {});
}
