import type { FaultEvent } from "../../ledger/record/events.js";
import type { Moment } from "../../scenario/faults.js";
import { type FaultProgress, awaitMoment, neverFell, pauseUntil } from "./context.js";

/** The outcome of one occurrence of a fault. A missing field is unknown. */
export type Outcome = Partial<Omit<FaultEvent, "event" | "fault" | "occurrence" | "kind" | "on">> & {
  appliedAt: number;
};

/**
 * Makes the occurrences of a fault happen one after the other, and writes one event for each, even
 * if it never fell.
 *
 * @param fall waits for the moment of an occurrence and makes it happen; resolves with `undefined`
 *   if it never fell. `dueAt`: the time it is due, in milliseconds since 1970; `undefined` for the
 *   first one.
 */
export async function conductOccurrences(
  fault: { index: number; times: number; every: number },
  { write }: FaultProgress,
  { kind, on }: { kind: string; on: (occurrence: number) => string },
  fall: (occurrence: number, dueAt: number | undefined) => Promise<Outcome | undefined>,
): Promise<void> {
  let dueAt: number | undefined;
  for (let occurrence = 0; occurrence < fault.times; occurrence++) {
    const outcome = await fall(occurrence, dueAt);
    write({
      event: "fault",
      fault: fault.index,
      occurrence,
      on: on(occurrence),
      kind,
      ...neverFell,
      ...(outcome && { askedAt: outcome.appliedAt, healAskedAt: outcome.healedAt ?? null, ...outcome }),
    });
    if (outcome !== undefined) dueAt = outcome.appliedAt + fault.every;
  }
}

/** Waits for the moment of an occurrence. Returns false if it will not come any more. */
export async function awaitOccurrence(
  run: FaultProgress,
  trigger: Moment,
  dueAt: number | undefined,
  over: AbortSignal,
): Promise<boolean> {
  if (dueAt === undefined) return await awaitMoment(run, trigger, over);
  await pauseUntil(dueAt, over);
  return !over.aborted;
}
