import { messageOf } from "../base/errors.js";
import { openEvents } from "../ledger/record/events.js";
import { liveAsConsumer } from "./consumer/life.js";
import type { LifeOrder } from "./order.js";
import { liveAsProducer } from "./producer/life.js";

/**
 * Runs one life of a worker: `node main.js '<LifeOrder as JSON>'`, started by the supervisor. The
 * process ends when its work is done, on request, by a signal, or when its parent process is gone.
 */
await live(JSON.parse(process.argv[2]!) as LifeOrder);

async function live(order: LifeOrder): Promise<void> {
  process.on("disconnect", () => process.exit(1));
  // Ctrl-C is for the supervisor, which ends the workers in order.
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
