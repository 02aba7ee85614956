import { exitCode, LossboundError } from "../../base/errors.js";

/** Ends a run when the user, or the system, asks for it. */
export interface Interruption extends Disposable {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, with the error to throw. */
  readonly signal: AbortSignal;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * One key press may come twice: the terminal sends SIGINT to the whole process group, and npm hands
 * its own on to its child. A second one this soon, in milliseconds, is the same one.
 */
const sameKeyPressMs = 500;

/**
 * The first signal lets the run clean up behind itself. The next one ends the process at once; then
 * the warden cleans up.
 *
 * @param clock in milliseconds.
 */
export function listenForInterruption(clock: () => number = () => performance.now()): Interruption {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const heard = (signal: NodeJS.Signals) => {
    const now = clock();
    if (firstAt === undefined) {
      firstAt = now;
      controller.abort(new LossboundError("INTERRUPTED", `interrupted by ${signal}`));
    } else if (now - firstAt > sameKeyPressMs) {
      process.exit(exitCode.interrupted);
    }
  };
  for (const signal of signals) process.on(signal, heard);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, heard);
    },
  };
}
