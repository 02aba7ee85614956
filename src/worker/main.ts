import { LossboundError, messageOf } from "../base/errors.js";
import { pause, waitUntil, within } from "../base/wait.js";
import { dialThrough } from "../kafka/dial.js";
import type { Connection } from "../kafka/driver.js";
import { kafkajsDriver } from "../kafka/kafkajs.js";
import { securityFromEnvironment } from "../kafka/security.js";
import { openBox } from "../ledger/black-box.js";
import { type EventWriter, openEvents } from "../ledger/events.js";
import { AtMostOnceConsumer } from "./consumer.js";
import type { Command, ConsumerOrder, LifeOrder, ProducerOrder, Report } from "./order.js";
import { flush, sendOnSchedule } from "./producer.js";
import { apiKeyOf, expectsAnswerUnless, requestTracer, socketRecorder } from "./sockets.js";

/**
 * One life of a worker: `node main.js '<LifeOrder as JSON>'`, started by the supervisor. It ends
 * when its work does, when it is told to, when it is killed, or when whoever started it is gone.
 */
const connectLimitMs = 5_000;
const connectAgainMs = 200;
const disconnectLimitMs = 5_000;

await live(JSON.parse(process.argv[2]!) as LifeOrder);

async function live(order: LifeOrder): Promise<void> {
  process.on("disconnect", () => process.exit(1));
  // Ctrl-C is for the supervisor: it ends the workers in order.
  process.on("SIGINT", () => {});
  const write = openEvents(order.events, order.clientId);
  try {
    switch (order.role) {
      case "producer":
        await liveAsProducer(order, write);
        break;
      case "consumer":
        await liveAsConsumer(order, write);
        break;
    }
    process.exit(0);
  } catch (error) {
    write({ event: "crashed", why: messageOf(error) });
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  }
}

async function liveAsProducer(order: ProducerOrder, write: EventWriter): Promise<void> {
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
  await sendOnSchedule(order, box, client, (await go).at);
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

/** Tries until it succeeds; the end of the life ends it too. */
async function connectAtLast(client: { connect(): Promise<void> }, write: EventWriter): Promise<void> {
  for (;;) {
    try {
      await client.connect();
      write({ event: "connected" });
      return;
    } catch (error) {
      write({ event: "connect-failed", why: messageOf(error) });
      await pause(connectAgainMs);
    }
  }
}

async function liveAsConsumer(order: ConsumerOrder, write: EventWriter): Promise<void> {
  const box = openBox(order.box.path, { ...order.box.description, kind: "consumer" }, "write");
  const sockets = socketRecorder(box, write, (request) => apiKeyOf(request) !== -1);
  const client = kafkajsDriver.consumer(connectionOf(order, sockets), {
    groupId: order.groupId,
    topic: order.topic,
    reset: order.settings.reset,
    sessionTimeoutMs: order.settings.sessionTimeout,
    concurrency: order.settings.partitionsConsumedConcurrently,
  });
  const consumer = new AtMostOnceConsumer(order, box, write);
  process.on("message", (command: Command) => {
    if (command.kind === "arm") consumer.arm(command);
  });
  const end = nextCommand("end");
  const crashed = new Promise<never>((_, reject) => {
    void connectAtLast(client, write)
      .then(() => consumer.start(client, reject))
      .catch(reject);
  });
  report({ kind: "ready" });
  await Promise.race([end, crashed]);
  await within("the consumer to leave its group", client.stop(), disconnectLimitMs).catch(() => {});
}

function connectionOf(order: LifeOrder, sockets: Parameters<typeof dialThrough>[2]): Connection {
  const security = order.secured ? securityFromEnvironment() : undefined;
  return {
    clientId: order.clientId,
    bootstrap: order.bootstrap,
    dial: dialThrough(order.routes, security?.tls, sockets),
    security,
    log: (line) => process.stderr.write(`${line}\n`),
  };
}

function nextCommand<Kind extends Command["kind"]>(kind: Kind): Promise<Extract<Command, { kind: Kind }>> {
  return new Promise((resolve) => {
    process.on("message", (command: Command) => {
      if (command.kind === kind) resolve(command as Extract<Command, { kind: Kind }>);
    });
  });
}

function report(what: Report): void {
  if (process.send === undefined)
    throw new LossboundError("HARNESS", "a worker is started by the supervisor, not by hand");
  process.send(what);
}
