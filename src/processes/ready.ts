import { connect } from "node:net";

import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import { freePorts, localHost, portOr } from "./ports.js";
import { howEnded } from "./run-to-end.js";
import type { HostedProcess } from "./hosted-process.js";

/** A port that was free when it was chosen is not any more. */
export class AddressTaken extends LossboundError {}

/** Three brokers on two cores take 5 s; this is for a machine that does something else as well. */
const startLimitMs = 90_000;

/**
 * Waits until `isReady`, or until the process has ended or got no port, which is an error.
 *
 * @param printed what this process printed so far.
 * @throws AddressTaken when another choice of ports may do better; LossboundError `ENVIRONMENT`.
 */
export async function untilReady(
  process: HostedProcess,
  printed: () => string,
  isReady: () => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  // Not by its end alone: Toxiproxy lives on without a port.
  const isTaken = (): boolean => /address already in use/i.test(printed());
  await waitUntil(`${process.name} to start`, () => process.end !== undefined || isTaken() || isReady(), {
    limitMs: startLimitMs,
    everyMs: 10,
    signal,
    evidence: () => process.lastLines(),
  });
  if (process.end === undefined && !isTaken()) return;
  // When the warden died, that is the news, and not that this process went with it.
  signal.throwIfAborted();
  const detail = process.lastLines();
  if (isTaken()) {
    throw new AddressTaken("ENVIRONMENT", `a port of ${process.name} was taken in between`, {
      detail,
    });
  }
  const how = process.end && howEnded(process.end);
  throw new LossboundError("ENVIRONMENT", `${process.name} ended while it started (${how})`, {
    detail,
  });
}

/** Where a port was taken between its choice and its use, another one is tried. */
const tries = 3;

/**
 * Starts a server on the usual port where that is free, on any free one otherwise.
 *
 * @throws whatever `start` throws; `AddressTaken` only where others took one port after the other.
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

/** Whether a port of this machine takes connections. */
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
