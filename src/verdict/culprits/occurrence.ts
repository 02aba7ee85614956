import type { FaultEvent, MovedPosition } from "../../ledger/record/events.js";
import { keyOf } from "../../plan/occurrence-key.js";
import type { Plan, PlannedFault } from "../../plan/plan.js";

/**
 * One occurrence of a fault that fell. Each edge is an interval, in milliseconds since 1970: the fault was in
 * force at no moment before `from` or after `until`, and at every moment between `inForce` and `healing`.
 */
export interface Occurrence {
  /** Names it, as `keyOf` does. */
  key: string;
  /** Its place in the list of fault events. */
  index: number;
  fault: PlannedFault;
  /** The worker that it fell on; `undefined` for a fault that falls on no worker. */
  worker: number | undefined;
  /** The broker that it fell on alone. */
  broker: number | undefined;
  from: number;
  inForce: number;
  /** `Infinity`: it was never healed. */
  healing: number;
  until: number;
  positions: readonly MovedPosition[];
}

/** The occurrences that fell, in the order of time. */
export function occurrencesOf({ faults }: Plan, events: readonly FaultEvent[]): Occurrence[] {
  return events
    .flatMap((event, index): Occurrence[] => {
      const { askedAt, appliedAt, healAskedAt, healedAt } = event;
      if (appliedAt === null) return [];
      const fault = faults[event.fault]!;
      return [
        {
          key: keyOf({ index: event.fault }, event.occurrence),
          index,
          fault,
          worker: "targets" in fault ? fault.targets[event.occurrence] : undefined,
          broker: event.broker,
          from: askedAt ?? appliedAt,
          inForce: appliedAt,
          healing: healAskedAt ?? healedAt ?? Infinity,
          until: healedAt ?? Infinity,
          positions: event.positions ?? [],
        },
      ];
    })
    .toSorted((one, next) => one.from - next.from);
}

/** Milliseconds since 1970, both ends included. */
export interface Span {
  from: number;
  to: number;
}

/** The clocks of two processes on one machine are read to a millisecond each. */
const clockMs = 2;

/** Whether an occurrence may have been in force at some moment of a span. */
export function meets({ from, until }: { from: number; until: number }, span: Span): boolean {
  return from <= span.to + clockMs && until >= span.from - clockMs;
}

/** Whether it was not over before a moment. */
export function lastsTo({ until }: Pick<Occurrence, "until">, moment: number): boolean {
  return until >= moment - clockMs;
}

/** Whether a fault on the producers' link ends the connections under it; the others only hold bytes back. */
export function endsConnections(fault: PlannedFault): boolean {
  if (fault.kind !== "link" || fault.on !== "producer-link") return false;
  if (fault.toxic === "down") return true;
  switch (fault.toxic.type) {
    case "timeout":
    case "reset_peer":
    case "limit_data":
      return true;
    case "latency":
    case "bandwidth":
    case "slow_close":
    case "slicer":
      return false;
  }
}
