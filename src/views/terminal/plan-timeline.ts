import type { Plan, PlannedFault } from "../../plan/plan.js";
import type { Moment, Place } from "../../scenario/faults.js";
import { faultInWords } from "../words/faults.js";
import { formatSpan } from "../layout/numbers.js";
import { triggerInWords } from "../words/triggers.js";

/** One line of the plan: what happens, and when. */
export interface TimelineEntry {
  moment: string;
  what: string;
}

/**
 * Returns everything that will happen, in order of time. A fault that waits for a number of
 * messages is listed at its earliest time, when that many were sent on schedule. A fault that waits
 * for a point in a consumer's work is listed at the beginning, since the first chunk may trigger
 * it.
 */
export function timelineOf(plan: Plan): TimelineEntry[] {
  const entries = [
    { earliestMs: 0, moment: "0 s", what: "the producers start sending" },
    ...plan.faults.flatMap((fault) => occurrencesOf(fault, plan)),
    {
      earliestMs: plan.sendingMs,
      moment: formatSpan(plan.sendingMs),
      what: "the last message is sent, unless something delays it",
    },
    ...afterwards(plan).map((entry) => ({ ...entry, earliestMs: plan.sendingMs })),
  ];
  // The sort is stable, so entries of the same time keep the order of the scenario.
  return entries
    .toSorted((one, other) => one.earliestMs - other.earliestMs)
    .map(({ moment, what }) => ({ moment, what }));
}

/**
 * Returns what follows the sending. Faults that keep messages from the log are healed first; faults
 * on consumers may occur until the consumers have read the log.
 */
function afterwards({ faults }: Plan): TimelineEntry[] {
  const heals = faults.some(({ kind }) => kind === "link" || kind === "broker");
  const someFallLater = faults.some(mayFallLater);
  return [
    ...(heals ? [{ moment: "then", what: "links and brokers are healed" }] : []),
    { moment: "then", what: "the consumers read to the end of the log" },
    ...(someFallLater
      ? [{ moment: "until then", what: "faults on consumers, the group or the topic may still occur" }]
      : []),
  ];
}

function mayFallLater(fault: PlannedFault): boolean {
  switch (fault.kind) {
    case "kill":
    case "stop":
    case "pause":
      return fault.role === "consumer";
    case "join":
    case "topic":
    case "reset-offsets":
      return true;
    case "link":
    case "broker":
    case "oversize":
      return false;
  }
}

interface Occurrence extends TimelineEntry {
  earliestMs: number;
}

function occurrencesOf(fault: PlannedFault, plan: Plan): Occurrence[] {
  return targetsOf(fault).map((target, occurrence) => ({
    ...when(fault.trigger, occurrence * fault.every, occurrence, plan),
    what: faultInWords(fault, target),
  }));
}

/** Returns an entry per occurrence: the index of the worker that it hits, or `undefined`. */
function targetsOf(fault: PlannedFault): (number | undefined)[] {
  switch (fault.kind) {
    case "kill":
    case "pause":
    case "stop":
    case "oversize":
      return fault.targets;
    case "link":
    case "join":
    case "broker":
    case "topic":
    case "reset-offsets":
      return Array.from({ length: fault.times }, () => undefined);
  }
}

/** @param laterMs time between the first occurrence and this one. */
function when(
  trigger: Moment | Place,
  laterMs: number,
  occurrence: number,
  { scenario }: Plan,
): Omit<Occurrence, "what"> {
  switch (trigger.kind) {
    case "at":
      return { earliestMs: trigger.ms + laterMs, moment: formatSpan(trigger.ms + laterMs) };
    case "after": {
      const first = triggerInWords(trigger);
      return {
        earliestMs: (trigger.count / scenario.producers.rate) * 1000 + laterMs,
        moment: laterMs === 0 ? first : `${first}, ${formatSpan(laterMs)} later`,
      };
    }
    case "handling":
    case "before-commit":
    case "in-commit":
    case "after-commit":
    case "during-rebalance":
      return { earliestMs: 0, moment: triggerInWords(trigger, occurrence > 0) };
  }
}
