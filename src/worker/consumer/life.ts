import { kafkajsDriver } from "../../kafka/kafkajs/driver.js";
import { openBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import { Consumer } from "./consumer.js";
import { abortOf, connectWithRetries, connectionOf, nextCommand, report } from "../life.js";
import type { Command, ConsumerOrder } from "../order.js";
import { apiKeyOf, socketRecorder } from "../sockets.js";

/** The broker aborts a transaction that stays open for longer. */
const transactionTimeoutMs = 10_000;

/**
 * Time to leave a group. If its coordinator has died, it takes another broker and repeated
 * requests.
 */
const leavingLimitMs = 20_000;

/**
 * Runs one life of a consumer, from the connection to the orderly end.
 *
 * @param asked aborts on a request to end (SIGTERM); the supervisor's `end` command has the same
 *   effect.
 */
export async function liveAsConsumer(
  order: ConsumerOrder,
  write: EventWriter,
  asked: AbortSignal,
): Promise<void> {
  const { settings } = order;
  const box = openBox(order.box.path, { ...order.box.description, kind: "consumer" }, "write");
  const sockets = socketRecorder(box, write, { expectsAnswer: (request) => apiKeyOf(request) !== -1 });
  const connection = connectionOf(order, sockets);
  const group = kafkajsDriver.consumer(connection, {
    groupId: order.groupId,
    topic: order.topic,
    reset: settings.reset,
    sessionTimeoutMs: settings.sessionTimeout,
    concurrency: settings.partitionsConsumedConcurrently,
    retries: settings.retries,
    metadataMaxAgeMs: settings.metadataMaxAge,
    requestTimeoutMs: settings.requestTimeout,
  });
  const transactional = (id: string) =>
    kafkajsDriver.transactional(connection, {
      id,
      timeoutMs: transactionTimeoutMs,
      requestTimeoutMs: settings.requestTimeout,
    });
  const consumer = new Consumer(order, { group, transactional }, box, write);
  process.on("message", (command: Command) => {
    if (command.kind === "arm") consumer.places.arm(command);
    if (command.kind === "release") consumer.places.release(command.arm);
  });
  const endRequested = Promise.race([nextCommand("end"), abortOf(asked)]);
  const crashed = new Promise<never>((_, reject) => {
    void connectWithRetries(group, write)
      .then(() => consumer.start(reject))
      .catch(reject);
  });
  report({ kind: "ready" });
  await Promise.race([endRequested, crashed]);
  const inHandMs = 2 * settings.commitEvery * settings.handle;
  await consumer.end(inHandMs + leavingLimitMs);
}
