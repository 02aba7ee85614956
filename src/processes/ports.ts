import { createServer } from "node:net";

import { LossboundError } from "../base/errors.js";

/** The only address on which servers of the local environment listen. */
export const localHost = "127.0.0.1";

/**
 * This range is below the ports that Linux (from 32768) and macOS (from 49152) use for outgoing
 * connections. A broker that was killed therefore finds its port free when it restarts.
 */
const lowest = 20_000;
const highest = 31_999;

/**
 * Finds distinct ports that are free now. Another process may still take one before it is bound.
 */
export async function freePorts(count: number, random: () => number = Math.random): Promise<number[]> {
  const found: number[] = [];
  const span = highest - lowest + 1;
  const first = Math.floor(random() * span);
  for (let step = 0; step < span && found.length < count; step++) {
    const port = lowest + ((first + step) % span);
    if (await isFree(port)) found.push(port);
  }
  if (found.length < count) {
    throw new LossboundError(
      "ENVIRONMENT",
      `cannot find ${count} free ports between ${lowest} and ${highest} on ${localHost}`,
    );
  }
  return found;
}

/** Returns the usual port of a server, or another free port if that one is taken. */
export async function portOr(usual: number): Promise<number> {
  if (await isFree(usual)) return usual;
  const [other = 0] = await freePorts(1);
  return other;
}

/** Whether the port is free on `localHost`. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: localHost, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
