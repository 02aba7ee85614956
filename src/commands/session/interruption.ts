import { exitCode, LossboundError } from "../../base/errors.js";

/** Ends a run on a signal from the user or the system. */
export interface Interruption extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, with the error to throw. */
  readonly signal: AbortSignal;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A second signal within this time, in milliseconds, counts as the same key press: the terminal
 * sends SIGINT to the whole process group, and npm forwards its own copy to its child.
 */
const sameKeyPressMs = 500;

/**
 * Listens for signals. The first one lets the run clean up after itself; the next one exits at
 * once, and the warden cleans up.
 *
 * @param clock in milliseconds.
 */
export function listenForInterruption(clock: () => number = () => performance.now()): Interruption {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = clock();
    if (firstAt === undefined) {
      firstAt = now;
      controller.abort(new LossboundError("INTERRUPTED", `interrupted by ${signal}`));
    } else if (now - firstAt > sameKeyPressMs) {
      process.exit(exitCode.interrupted);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
