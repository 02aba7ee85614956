/** When a fault falls, and how often: the keys that every fault has. */
import { type Complaint, type Field, type Path, section } from "./fields.js";
import { messagesMax } from "./limits.js";
import { count, duration } from "./notations.js";
import type { Handling, Moment } from "./scenario.js";

/** Every recurrence is a line of the plan, and each takes at least a moment of the run. */
const timesMax = 1_000;

const milestone = () => count({ min: 1, max: messagesMax }).optional();

/** The first key whose count is given; that there is exactly one is a rule. */
const after: Field<Moment> = section(
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

const handling: Field<Handling> = section(
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
).transform(({ message, of }) => ({ kind: "handling", message, of }));

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

export const handlingField = {
  when: section({
    handling: handling.describe("The handler of this message of a chunk of this size has begun."),
  })
    .transform((when) => when.handling)
    .optional()
    .describe("The consumer stands still at an exact place, and the fault falls there."),
};

export const recurrenceFields = {
  times: count({ min: 1, max: timesMax }).prefault(1).describe("How often the fault falls."),
  every: duration()
    .optional()
    .describe("From one start to the next, where the fault falls more than once. Example: 1s."),
};

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
