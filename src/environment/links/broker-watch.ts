import net from "node:net";
import { performance } from "node:perf_hooks";

import { advertisedAddress } from "../../base/address.js";
import { pause } from "../../base/wait.js";

/** How a broker's port responds. Each change is reported once. */
export type BrokerSign = "refuses" | "answers";

export interface BrokerWatch extends AsyncDisposable {
  readonly address: string;
}

/** Time between two dials to a port that refuses. */
const dialEveryMs = 200;
/** Limit for a dial that gets no response at all. */
const dialLimitMs = 1000;
/** Shortest time between two dials to a broker that accepts connections and closes them at once. */
const dialAgainMs = 50;

/**
 * Watches a broker that may be killed from outside. It holds one connection open, which ends within
 * a millisecond of the broker's death; polling every 200 ms would miss hundreds of messages. Only a
 * refused dial counts as death, because a closed connection may be due to the broker's idle limit.
 *
 * @param onChange is awaited before the broker is dialled again; it must not reject.
 */
export function watchBroker(address: string, onChange: (sign: BrokerSign) => Promise<void>): BrokerWatch {
  const over = new AbortController();
  const watching = watch().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });

  return {
    address,
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
    },
  };

  async function watch(): Promise<void> {
    let known: BrokerSign = "answers";
    while (!over.signal.aborted) {
      const dialled = performance.now();
      const seen = await dial(address, over.signal);
      if (seen.kind !== "unclear" && seen.kind !== known) {
        known = seen.kind;
        await onChange(known);
      }
      if (seen.kind === "answers") await seen.ended;
      const spent = performance.now() - dialled;
      const pauseMs = seen.kind === "answers" ? dialAgainMs - spent : dialEveryMs;
      await pause(Math.max(0, pauseMs), over.signal);
    }
  }
}

type Dialled =
  /** Connected: `ended` resolves with the end of the connection. */
  { kind: "answers"; ended: Promise<void> } | { kind: "refuses" } | { kind: "unclear" };

async function dial(address: string, signal: AbortSignal): Promise<Dialled> {
  const { host, port } = advertisedAddress(address);
  const socket = net.connect({ host, port });
  const giveUp = () => void socket.destroy();
  signal.addEventListener("abort", giveUp);
  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
  });
  // A broker sends nothing unasked. Discard any data, because Node reports the end only after
  // reading.
  socket.resume();
  return await new Promise<Dialled>((resolve) => {
    const limit = setTimeout(() => socket.destroy(), dialLimitMs);
    socket.once("connect", () => {
      clearTimeout(limit);
      // If no process listens and the kernel chose this very port as the source port, TCP connects
      // the socket to itself.
      if (socket.localPort === port && socket.localAddress === socket.remoteAddress) socket.destroy();
      else resolve({ kind: "answers", ended });
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve({ kind: "refuses" });
    });
    socket.once("close", () => {
      clearTimeout(limit);
      resolve({ kind: "unclear" });
    });
  });
}
