import type { Plan, PlannedFault } from "../../plan/plan.js";
import type { Moment, Place } from "../../scenario/faults.js";
import { faultInWords } from "../words/faults.js";
import { formatSpan } from "../layout/numbers.js";
import { triggerInWords } from "../words/triggers.js";

/** One line of the plan: when, and what. */
export interface TimelineEntry {
  moment: string;
  what: string;
}

/**
 * Everything that is to happen, in order of time. A fault that waits for a number of messages has no
 * time of its own: it stands where it falls at the earliest, when so many were sent on schedule. One
 * that waits for a place in a consumer's work stands at the beginning, since the first chunk may be the one.
 */
export function timelineOf(plan: Plan): TimelineEntry[] {
  const entries = [
    { earliestMs: 0, moment: "0 s", what: "the producers begin to send" },
    ...plan.faults.flatMap((fault) => occurrencesOf(fault, plan)),
    {
      earliestMs: plan.sendingMs,
      moment: formatSpan(plan.sendingMs),
      what: "the last message is sent, unless something holds it up",
    },
    ...afterwards(plan).map((entry) => ({ ...entry, earliestMs: plan.sendingMs })),
  ];
  // The sort is stable: what falls at the same time keeps the order of the scenario.
  return entries
    .toSorted((one, other) => one.earliestMs - other.earliestMs)
    .map(({ moment, what }) => ({ moment, what }));
}

/** What keeps messages from the log is healed first; what falls on those who read it has until they have read it. */
function afterwards({ faults }: Plan): TimelineEntry[] {
  const heals = faults.some(({ kind }) => kind === "link" || kind === "broker");
  const goesOn = faults.some(mayFallLater);
  return [
    ...(heals ? [{ moment: "then", what: "links and brokers are healed" }] : []),
    { moment: "then", what: "the consumers read on to the end of the log" },
    ...(goesOn
      ? [{ moment: "until then", what: "what is to fall on consumers, group or topic may still fall" }]
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

/** One entry an occurrence: the worker that it falls on, where it falls on one. */
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

/** @param laterMs how long after the first occurrence this one falls. */
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
