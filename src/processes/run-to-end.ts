import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import type { Hosting } from "./hosting.js";
import type { ProcessEnd, ProcessOrder } from "./hosted-process.js";

/**
 * Runs a command and waits until it exits.
 *
 * @throws LossboundError `ENVIRONMENT` with the last lines of its output if it fails.
 */
export async function runToEnd(
  hosting: Pick<Hosting, "start" | "died">,
  order: ProcessOrder,
  options: { limitMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const started = await hosting.start(order);
  try {
    const end = await waitUntil(`${order.name} to end`, () => started.end, {
      ...options,
      everyMs: 10,
      evidence: () => started.lastLines(),
    });
    hosting.died.throwIfAborted();
    if (end.code === 0) return;
    throw new LossboundError("ENVIRONMENT", `${order.name} failed (${howEnded(end)})`, {
      detail: started.lastLines(),
    });
  } finally {
    if (started.end === undefined) await started.stop(0);
  }
}

export function howEnded(end: ProcessEnd): string {
  return end.signal ?? `exit code ${end.code}`;
}
