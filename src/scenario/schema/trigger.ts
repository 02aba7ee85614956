/** When a fault falls, and how often: the keys that every fault has, and what must hold between them. */
import { type Complaint, either, type Field, isMap, type Path, type Rule, section } from "./fields.js";
import { messagesMax } from "../limits.js";
import { count, duration, durationMsMax, type DurationWritten, oneOf } from "./notations.js";
import { formatDuration } from "../quantities.js";
import type { Handling, Moment, Place, Recurrence } from "../faults.js";

/** Every recurrence is a line of the plan, and each takes at least a moment of the run. */
const timesMax = 1_000;

const milestone = () => count({ min: 1, max: messagesMax }).optional();

/** The first key whose count is given; that there is exactly one is a rule. */
const after = section(
  {
    sent: milestone().describe("So many messages were given to the client."),
    received: milestone().describe("So many handlers began."),
    processed: milestone().describe("So many handlers ended."),
  },
  [(written) => exactlyOne(written, ["sent", "received", "processed"])],
)
  .transform(({ sent, received, processed }): Moment => {
    if (sent !== undefined) return { kind: "after", count: sent, of: "sent" };
    if (received !== undefined) return { kind: "after", count: received, of: "received" };
    return { kind: "after", count: processed ?? 0, of: "processed" };
  })
  .meta({ minProperties: 1, maxProperties: 1 });

const handling = section(
  {
    message: count({ min: 1, max: messagesMax }).describe("Which message of the chunk, from 1."),
    of: count({ min: 1, max: messagesMax }).describe("How many messages the chunk has, exactly."),
  },
  [
    function* ({ message, of }, sound) {
      if (sound("message") && sound("of") && message > of) {
        yield { path: ["message"], allowed: `at most of, which is ${of}` };
      }
    },
  ],
).transform(({ message, of }): Handling => ({ kind: "handling", message, of }));

const inHandler = section({
  handling: handling.describe("The handler of this message of a chunk of this size has begun."),
}).transform((when): Place => when.handling);

const commitPlaces = ["before-commit", "in-commit", "after-commit", "during-rebalance"] as const;

const atCommit = oneOf(commitPlaces, ", or a map with handling").transform((kind): Place => ({ kind }));

export const momentFields = {
  at: duration()
    .transform((ms): Moment => ({ kind: "at", ms }))
    .optional()
    .describe("The fault falls at this time. Time 0 is when the producers begin to send. Example: 3s."),
  after: after
    .optional()
    .describe(
      "The fault falls when so many messages were sent, received or processed, by all workers together.",
    ),
};

export const placeField = {
  when: either([atCommit, inHandler], (written) => (isMap(written) ? inHandler : atCommit))
    .optional()
    .describe("The consumer stands still at an exact place of its work, and the fault falls there."),
};

export const recurrenceFields = {
  times: count({ min: 1, max: timesMax }).prefault(1).describe("How often the fault falls."),
  every: duration()
    .optional()
    .describe("From one start to the next, where the fault falls more than once. Example: 1s."),
};

/** How long a fault stays. What lasts no time at all was not there. */
export function stay(): Field<number, DurationWritten> {
  return duration({ min: 1, max: durationMsMax });
}

export const moments = ["at", "after"];
export const momentsAndPlaces = [...moments, "when"];

/** JSON Schema's way to say that exactly one of these keys is required. */
export function exactlyOneRequired(keys: readonly string[]): { oneOf: unknown[] } {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

export function* exactlyOne(
  written: Record<string, unknown>,
  keys: readonly string[],
  path: Path = [],
): Iterable<Complaint> {
  const given = keys.filter((key) => key in written);
  if (given.length === 1) return;
  const found = given.length === 0 ? `none of ${keys.join(", ")}` : given.join(" and ");
  yield { path, found, allowed: `exactly one of ${keys.join(", ")}` };
}

export function oneMoment(fault: Record<string, unknown>): ReturnType<Rule<unknown>> {
  return exactlyOne(fault, moments);
}

export function oneTrigger(fault: Record<string, unknown>): ReturnType<Rule<unknown>> {
  return exactlyOne(fault, momentsAndPlaces);
}

interface Recurring {
  for?: number | undefined;
  times: number;
  every?: number | undefined;
  when?: unknown;
}

type Sound = (key: "for" | "times" | "every") => boolean;

/**
 * Faults at a moment are `every` apart. Those at a place need no clock: the next one falls when the
 * place is reached again.
 */
export function* recurrenceIsTimed(fault: Recurring, sound: Sound): ReturnType<Rule<unknown>> {
  if (!sound("times")) return;
  if ("when" in fault) {
    const allowed = "no every: the next time comes when the place is reached again";
    if ("every" in fault) yield { path: ["every"], found: "every beside when", allowed };
  } else if (fault.times === 1) {
    const allowed = "every only beside times of 2 or more";
    if ("every" in fault) yield { path: ["every"], found: "every without times", allowed };
  } else if (!("every" in fault)) {
    yield { path: ["every"], allowed: `a duration, since the fault falls ${fault.times} times` };
  } else if (fault.every === 0) {
    yield { path: ["every"], allowed: "a duration above 0" };
  }
}

/** A fault that falls again must have ended before, or it would be one long fault. */
export function* recurrenceIsWhole(fault: Recurring, sound: Sound): ReturnType<Rule<unknown>> {
  if (sound("times") && fault.times > 1 && !("for" in fault)) {
    yield { path: ["for"], allowed: `a duration, since the fault falls ${fault.times} times` };
  }
  yield* recurrenceIsTimed(fault, sound);
  if (!sound("times") || !sound("for") || !sound("every")) return;
  if (fault.times === 1 || fault.for === undefined || fault.every === undefined) return;
  if (fault.every > 0 && fault.every <= fault.for) {
    yield { path: ["every"], allowed: `more than for, which is ${formatDuration(fault.for)}` };
  }
}

interface Triggered {
  at?: Moment | undefined;
  after?: Moment | undefined;
  when?: Place | undefined;
}

/** There is exactly one: `oneTrigger` has seen to it. */
export function triggerOf({ at, after, when }: Triggered): Moment | Place {
  return (at ?? after ?? when) as Moment | Place;
}

/** There is exactly one: `oneMoment` has seen to it. */
export function momentOf({ at, after }: Pick<Triggered, "at" | "after">): Moment {
  return (at ?? after) as Moment;
}

export function recurrenceOf({ times, every = 0 }: Pick<Recurring, "times" | "every">): Recurrence {
  return { times, every };
}
