import { createServer } from "node:net";

import { LossboundError } from "../base/errors.js";

/** Every server of the local environment listens here, and nowhere else. */
export const localHost = "127.0.0.1";

/**
 * Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections: a
 * broker that was killed finds its port free when it starts again.
 */
const lowest = 20_000;
const highest = 31_999;

/** Different ports that were free a moment ago; whoever binds one may still find it taken. */
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
      `no ${count} free ports between ${lowest} and ${highest} on ${localHost}`,
    );
  }
  return found;
}

/** The port where one looks for such a server first, or another one where that is taken. */
export async function portOr(usual: number): Promise<number> {
  if (await isFree(usual)) return usual;
  const [other = 0] = await freePorts(1);
  return other;
}

/** Whether nobody on this machine has the port, on `localHost` at least. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: localHost, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
