import { connect } from "node:net";

import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import { freePorts, localHost, portOr } from "./ports.js";
import { howEnded } from "./run-to-end.js";
import type { HostedProcess } from "./hosted-process.js";

/** A port that was free when it was chosen has been taken since. */
export class AddressTaken extends LossboundError {}

/** Three brokers on two cores take 5 s; the rest is margin for a busy machine. */
const startLimitMs = 90_000;

/**
 * Waits until `isReady` returns true, and throws if the process ends or cannot bind its port.
 *
 * @param printed returns the output of this process so far.
 * @throws AddressTaken if its port was taken, so that the caller can try another one;
 *   LossboundError `ENVIRONMENT`.
 */
export async function untilReady(
  process: HostedProcess,
  printed: () => string,
  isReady: () => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  // Its end alone is not enough: Toxiproxy keeps running without its port.
  const isTaken = (): boolean => /address already in use/i.test(printed());
  await waitUntil(`${process.name} to start`, () => process.end !== undefined || isTaken() || isReady(), {
    limitMs: startLimitMs,
    everyMs: 10,
    signal,
    evidence: () => process.lastLines(),
  });
  if (process.end === undefined && !isTaken()) return;
  // If the warden died, report that rather than the end of this process, which it caused.
  signal.throwIfAborted();
  const detail = process.lastLines();
  if (isTaken()) {
    throw new AddressTaken("ENVIRONMENT", `${process.name}: another process took a port before it started`, {
      detail,
    });
  }
  const how = process.end && howEnded(process.end);
  throw new LossboundError("ENVIRONMENT", `${process.name} exited during startup (${how})`, {
    detail,
  });
}

/** How many ports are tried if one is taken between the check and the start. */
const tries = 3;

/**
 * Starts a server on the usual port if that is free, otherwise on any free port.
 *
 * @throws any error of `start`, but `AddressTaken` only if every port that was tried was taken.
 */
export async function atFreePort<T>(
  usual: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let left = tries; ; left--) {
    const first = left === tries ? usual : undefined;
    const [port = 0] = first === undefined ? await freePorts(1) : [await portOr(first)];
    try {
      return await start(port);
    } catch (error) {
      if (!(error instanceof AddressTaken) || left === 1) throw error;
    }
  }
}

/** Whether a port of this machine accepts connections. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: localHost });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}
