import type { FaultEvent } from "../../ledger/record/events.js";
import type { Moment } from "../../scenario/faults.js";
import { type FaultProgress, momentCame, never, pauseUntil } from "./context.js";

/** What one occurrence of a fault did; what is not said is not known. */
export type Fell = Partial<Omit<FaultEvent, "event" | "fault" | "occurrence" | "kind" | "on">> & {
  appliedAt: number;
};

/**
 * Makes the occurrences of a fault happen, one after the other, and writes each of them down once:
 * also one that never came, of which `fall` gives nothing.
 *
 * @param fall waits for the moment of an occurrence and makes it happen. `dueAt`: where it is not
 *   the first one, when it is to fall, milliseconds since 1970.
 */
export async function conductOccurrences(
  fault: { index: number; times: number; every: number },
  { write }: FaultProgress,
  { kind, on }: { kind: string; on: (occurrence: number) => string },
  fall: (occurrence: number, dueAt: number | undefined) => Promise<Fell | undefined>,
): Promise<void> {
  let dueAt: number | undefined;
  for (let occurrence = 0; occurrence < fault.times; occurrence++) {
    const fell = await fall(occurrence, dueAt);
    write({
      event: "fault",
      fault: fault.index,
      occurrence,
      on: on(occurrence),
      kind,
      ...never,
      ...(fell && { askedAt: fell.appliedAt, healAskedAt: fell.healedAt ?? null, ...fell }),
    });
    if (fell !== undefined) dueAt = fell.appliedAt + fault.every;
  }
}

/** Waits for the moment of an occurrence; false when it will not come any more. */
export async function occurrenceCame(
  run: FaultProgress,
  trigger: Moment,
  dueAt: number | undefined,
  over: AbortSignal,
): Promise<boolean> {
  if (dueAt === undefined) return await momentCame(run, trigger, over);
  await pauseUntil(dueAt, over);
  return !over.aborted;
}
