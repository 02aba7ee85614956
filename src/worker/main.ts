import { messageOf } from "../base/errors.js";
import { within } from "../base/wait.js";
import { kafkajsDriver } from "../kafka/kafkajs.js";
import { openBox } from "../ledger/black-box.js";
import { type EventWriter, openEvents } from "../ledger/events.js";
import { AtMostOnceConsumer } from "./consumer.js";
import { abortOf, connectAtLast, connectionOf, disconnectLimitMs, nextCommand, report } from "./life.js";
import type { Command, ConsumerOrder, LifeOrder } from "./order.js";
import { liveAsProducer } from "./producer-life.js";
import { apiKeyOf, socketRecorder } from "./sockets.js";

/**
 * One life of a worker: `node main.js '<LifeOrder as JSON>'`, started by the supervisor. It ends
 * when its work does, when it is told to, when it is killed, or when whoever started it is gone.
 */
await live(JSON.parse(process.argv[2]!) as LifeOrder);

async function live(order: LifeOrder): Promise<void> {
  process.on("disconnect", () => process.exit(1));
  // Ctrl-C is for the supervisor: it ends the workers in order.
  process.on("SIGINT", () => {});
  const asked = new AbortController();
  process.on("SIGTERM", () => asked.abort());
  const write = openEvents(order.events, order.clientId);
  try {
    switch (order.role) {
      case "producer":
        await liveAsProducer(order, write, asked.signal);
        break;
      case "consumer":
        await liveAsConsumer(order, write, asked.signal);
        break;
    }
    process.exit(0);
  } catch (error) {
    write({ event: "crashed", why: messageOf(error) });
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  }
}

/** @param asked aborted when it is asked to end (SIGTERM); the supervisor's own command does the same. */
async function liveAsConsumer(order: ConsumerOrder, write: EventWriter, asked: AbortSignal): Promise<void> {
  const box = openBox(order.box.path, { ...order.box.description, kind: "consumer" }, "write");
  const sockets = socketRecorder(box, write, (request) => apiKeyOf(request) !== -1);
  const client = kafkajsDriver.consumer(connectionOf(order, sockets), {
    groupId: order.groupId,
    topic: order.topic,
    reset: order.settings.reset,
    sessionTimeoutMs: order.settings.sessionTimeout,
    concurrency: order.settings.partitionsConsumedConcurrently,
    retries: order.settings.retries,
    metadataMaxAgeMs: order.settings.metadataMaxAge,
    requestTimeoutMs: order.settings.requestTimeout,
  });
  const consumer = new AtMostOnceConsumer(order, box, write);
  process.on("message", (command: Command) => {
    if (command.kind === "arm") consumer.places.arm(command);
    if (command.kind === "go-on") consumer.places.goOn(command.arm);
  });
  const end = Promise.race([nextCommand("end"), abortOf(asked)]);
  const crashed = new Promise<never>((_, reject) => {
    void connectAtLast(client, write)
      .then(() => consumer.start(client, reject))
      .catch(reject);
  });
  report({ kind: "ready" });
  await Promise.race([end, crashed]);
  await within("the consumer to leave its group", client.stop(), disconnectLimitMs).catch(() => {});
}
