import { kafkajsDriver } from "../../kafka/kafkajs/driver.js";
import { openBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import { Consumer } from "./consumer.js";
import { abortOf, connectAtLast, connectionOf, nextCommand, report } from "../life.js";
import type { Command, ConsumerOrder } from "../order.js";
import { apiKeyOf, socketRecorder } from "../sockets.js";

/** A transaction that nobody ends is ended by the broker after so long. */
const transactionTimeoutMs = 10_000;

/** To leave a group takes its coordinator: where that has died, another broker, and requests asked again. */
const leavingLimitMs = 20_000;

/**
 * One life of a consumer, from its connecting to its orderly end.
 *
 * @param asked aborted when it is asked to end (SIGTERM); the supervisor's own command does the same.
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
    if (command.kind === "go-on") consumer.places.goOn(command.arm);
  });
  const told = Promise.race([nextCommand("end"), abortOf(asked)]);
  const crashed = new Promise<never>((_, reject) => {
    void connectAtLast(group, write)
      .then(() => consumer.start(reject))
      .catch(reject);
  });
  report({ kind: "ready" });
  await Promise.race([told, crashed]);
  const inHandMs = 2 * settings.commitEvery * settings.handle;
  await consumer.end(inHandMs + leavingLimitMs);
}
