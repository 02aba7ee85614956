import { pause, waitUntil } from "../../base/wait.js";
import { kafkajsDriver } from "../../kafka/kafkajs/driver.js";
import { openBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import { handedRecorder } from "./handed.js";
import { abortOf, connectAtLast, connectionOf, nextCommand, report } from "../life.js";
import type { Command, ProducerOrder } from "../order.js";
import { disconnect, flush, sendOnSchedule } from "./producer.js";
import { openSender } from "./sender.js";
import { type SocketRecording, expectsAnswerUnless, requestTracer, socketRecorder } from "../sockets.js";

const connectLimitMs = 5_000;

/**
 * One life of a producer, from its connecting to its end.
 *
 * There are two orderly ends. Ours comes when everything is sent, and waits until all of it has left
 * the process. SIGTERM comes whenever it does, and gets what an application usually has for it: no
 * more sends, a disconnect, exit. kafkajs's disconnect flushes nothing that expects no answer, so
 * this one may lose what still waits in the process.
 *
 * @param asked aborted at SIGTERM.
 */
export async function liveAsProducer(
  order: ProducerOrder,
  write: EventWriter,
  asked: AbortSignal,
): Promise<void> {
  const { settings, guarantee } = order;
  const box = openBox(order.box.path, { ...order.box.description, kind: "producer" }, "write");
  const { recording, unreadable } = recordingOf(order, handedRecorder(order, box), write);
  const sockets = socketRecorder(box, write, recording);
  const client = kafkajsDriver.producer(connectionOf(order, sockets), {
    acks: settings.acks,
    retries: settings.retries,
    idempotent: guarantee === "effectively-once",
    metadataMaxAgeMs: settings.metadataMaxAge,
    requestTimeoutMs: settings.requestTimeout,
  });
  const sender = openSender(order, box, client);
  process.on("message", (command: Command) => {
    if (command.kind === "oversize") sender.enlargeNext(command.bytes);
  });

  // kafkajs sends nothing before its first connect has succeeded. A producer whose link is down then
  // begins all the same, as an application would, and goes on trying.
  const connected = connectAtLast(client, write);
  await Promise.race([connected, pause(connectLimitMs)]);
  const go = nextCommand("go");
  report({ kind: "ready" });
  const work = async (): Promise<void> => {
    await sendOnSchedule(order, box, sender, { startAt: (await go).at, asked });
    await flush(settings, box, sockets, write);
  };
  await Promise.race([work(), abortOf(asked), unreadable]);
  await disconnect(client, box, write, asked);
  if (asked.aborted) return;
  await waitUntil(
    "the sockets to close",
    () => box.get("connectionsClosed") === box.get("connectionsOpened"),
    {
      limitMs: 1_000,
      everyMs: 5,
    },
  ).catch(() => {});
}

/** `unreadable` rejects when a request cannot be read: what has left the process is not known from then on. */
function recordingOf(
  { runId, settings, traceRequests }: ProducerOrder,
  onProduce: NonNullable<SocketRecording["onProduce"]>,
  write: EventWriter,
): { recording: SocketRecording; unreadable: Promise<never> } {
  let fail: (error: unknown) => void = () => {};
  const unreadable = new Promise<never>((_, reject) => (fail = reject));
  const recording: SocketRecording = {
    expectsAnswer: expectsAnswerUnless(settings.acks),
    onProduce: (...told) => {
      try {
        onProduce(...told);
      } catch (error) {
        fail(error);
      }
    },
    trace: traceRequests ? requestTracer(runId, write) : undefined,
  };
  return { recording, unreadable };
}
