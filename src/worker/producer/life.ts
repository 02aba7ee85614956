import { pause, waitUntil } from "../../base/wait.js";
import { kafkajsDriver } from "../../kafka/kafkajs/driver.js";
import { openBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import { handedRecorder } from "./handed.js";
import { abortOf, connectWithRetries, connectionOf, nextCommand, report } from "../life.js";
import type { Command, ProducerOrder } from "../order.js";
import { disconnect, flush, sendOnSchedule } from "./producer.js";
import { openSender } from "./sender.js";
import { type SocketRecording, expectsAnswerUnless, requestTracer, socketRecorder } from "../sockets.js";

const connectLimitMs = 5_000;

/**
 * Runs one life of a producer, from the connection to its end.
 *
 * There are two orderly ends. The planned one comes after the last send, and waits until everything
 * has left the process. SIGTERM can come at any time, and is handled as applications usually do: no
 * more sends, disconnect, exit. kafkajs's disconnect does not flush requests that expect no answer,
 * so this end may lose what still waits in the process.
 *
 * @param asked aborts on SIGTERM.
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

  // kafkajs sends nothing before its first successful connect. A producer whose link is down starts
  // anyway, as an application would, and keeps trying.
  const connected = connectWithRetries(client, write);
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

/**
 * `unreadable` rejects when a request cannot be read, since what leaves the process is unknown from
 * then on.
 */
function recordingOf(
  { runId, settings, traceRequests }: ProducerOrder,
  onProduce: NonNullable<SocketRecording["onProduce"]>,
  write: EventWriter,
): { recording: SocketRecording; unreadable: Promise<never> } {
  let fail: (error: unknown) => void = () => {};
  const unreadable = new Promise<never>((_, reject) => (fail = reject));
  const recording: SocketRecording = {
    expectsAnswer: expectsAnswerUnless(settings.acks),
    onProduce: (...handedOver) => {
      try {
        onProduce(...handedOver);
      } catch (error) {
        fail(error);
      }
    },
    trace: traceRequests ? requestTracer(runId, write) : undefined,
  };
  return { recording, unreadable };
}
