import { LossboundError, messageOf } from "../base/errors.js";
import { pause } from "../base/wait.js";
import { type SocketObserver, dialThrough } from "../kafka/dial/dial.js";
import type { Connection } from "../kafka/driver.js";
import { securityFromEnvironment } from "../kafka/security.js";
import type { EventWriter } from "../ledger/record/events.js";
import type { Command, LifeOrder, Report } from "./order.js";

/** How long a client may take to disconnect. */
export const disconnectLimitMs = 5_000;
const connectAgainMs = 200;

/**
 * Returns how a life's client connects to the brokers: through the proxies, with every socket
 * recorded.
 */
export function connectionOf(order: LifeOrder, sockets: SocketObserver): Connection {
  const security = order.secured ? securityFromEnvironment() : undefined;
  return {
    clientId: order.clientId,
    bootstrap: order.bootstrap,
    dial: dialThrough(order.routes, security?.tls, sockets),
    security,
    log: (line) => process.stderr.write(`${line}\n`),
  };
}

/** Connects, and retries until it succeeds or the life ends. */
export async function connectWithRetries(
  client: { connect(): Promise<void> },
  write: EventWriter,
): Promise<void> {
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

export function nextCommand<Kind extends Command["kind"]>(
  kind: Kind,
): Promise<Extract<Command, { kind: Kind }>> {
  return new Promise((resolve) => {
    process.on("message", (command: Command) => {
      if (command.kind === kind) resolve(command as Extract<Command, { kind: Kind }>);
    });
  });
}

export function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

export function report(what: Report): void {
  if (process.send === undefined)
    throw new LossboundError("HARNESS", "a worker must be started by the supervisor, not by hand");
  process.send(what);
}
