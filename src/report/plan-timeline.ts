import type { Plan, PlannedFault, PlannedKill, PlannedLinkFault } from "../plan/plan.js";
import { bandwidths, fineDurations, formatDuration, formatSize } from "../scenario/quantities.js";
import type { Handling, Moment, Toxic } from "../scenario/scenario.js";
import { formatMessages, formatSpan } from "./numbers.js";

/** One line of the plan: when, and what. */
export interface TimelineEntry {
  moment: string;
  what: string;
}

/**
 * Everything that is to happen, in order of time. A fault that waits for a number of messages has no
 * time of its own: it stands where it falls at the earliest, when so many were sent on schedule. One
 * that waits for a handler stands at the beginning, since the first chunk may be the one.
 */
export function timelineOf(plan: Plan): TimelineEntry[] {
  const entries = [
    { earliestMs: 0, moment: "0 s", what: "the producers begin to send" },
    ...plan.faults.flatMap((fault) => occurrencesOf(fault, plan)),
    {
      earliestMs: plan.sendingMs,
      moment: formatSpan(plan.sendingMs),
      what: "the last message is sent, unless something holds it up; then every fault is healed",
    },
  ];
  // The sort is stable: what falls at the same time keeps the order of the scenario.
  return entries
    .toSorted((one, other) => one.earliestMs - other.earliestMs)
    .map(({ moment, what }) => ({ moment, what }));
}

interface Occurrence extends TimelineEntry {
  earliestMs: number;
}

function occurrencesOf(fault: PlannedFault, plan: Plan): Occurrence[] {
  switch (fault.kind) {
    case "link":
      return Array.from({ length: fault.times }, (_, occurrence) => ({
        ...when(fault.trigger, occurrence * fault.every, occurrence, plan),
        what: linkFaultInWords(fault),
      }));
    case "kill":
      return fault.targets.map((worker, occurrence) => ({
        ...when(fault.trigger, occurrence * fault.every, occurrence, plan),
        what: killInWords(fault, worker),
      }));
  }
}

/** @param laterMs how long after the first occurrence this one falls. */
function when(
  trigger: Moment | Handling,
  laterMs: number,
  occurrence: number,
  { scenario }: Plan,
): Omit<Occurrence, "what"> {
  switch (trigger.kind) {
    case "at":
      return { earliestMs: trigger.ms + laterMs, moment: formatSpan(trigger.ms + laterMs) };
    case "after": {
      const verb = trigger.count === 1 ? "was" : "were";
      const first = `after ${formatMessages(trigger.count)} ${verb} ${trigger.of}`;
      return {
        earliestMs: (trigger.count / scenario.producers.rate) * 1000 + laterMs,
        moment: laterMs === 0 ? first : `${first}, ${formatSpan(laterMs)} later`,
      };
    }
    case "handling": {
      const again = occurrence === 0 ? "when" : "when, for another time,";
      return {
        earliestMs: 0,
        moment: `${again} the handler of message ${trigger.message} of a chunk of ${trigger.of} has begun`,
      };
    }
  }
}

function linkFaultInWords({ on, toxic, stream, for: forMs }: PlannedLinkFault): string {
  const length = forMs === undefined ? "until the producers have ended" : `for ${formatSpan(forMs)}`;
  if (toxic === "down") return `proxy disabled on ${on}, ${length}`;
  return `${toxic.type} on ${on}, ${stream}, ${attributesInWords(toxic)}, ${length}`;
}

function attributesInWords(toxic: Toxic): string {
  switch (toxic.type) {
    case "latency":
      return `latency ${formatDuration(toxic.latency)}, jitter ${formatDuration(toxic.jitter)}`;
    case "bandwidth":
      return `rate ${bandwidths.write(toxic.rate)}`;
    case "slow_close":
      return `delay ${formatDuration(toxic.delay)}`;
    case "timeout":
      return toxic.timeout === 0 ? "a black hole" : `timeout ${formatDuration(toxic.timeout)}`;
    case "reset_peer":
      return `timeout ${formatDuration(toxic.timeout)}`;
    case "slicer":
      return (
        `average_size ${formatSize(toxic.average_size)}, size_variation ${formatSize(toxic.size_variation)}, ` +
        `delay ${fineDurations.write(toxic.delay)}`
      );
    case "limit_data":
      return `bytes ${formatSize(toxic.bytes)}`;
  }
}

function killInWords({ role, restartAfter }: PlannedKill, worker: number): string {
  const then =
    restartAfter === undefined ? "not started again" : `started again after ${formatSpan(restartAfter)}`;
  return `SIGKILL ${role} ${worker}, ${then}`;
}
