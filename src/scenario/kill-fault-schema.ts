/** SIGKILL of a worker, at a moment or at an exact message. */
import { type Field, type Rule, section } from "./fields.js";
import { count, duration, oneOf } from "./notations.js";
import type { KillFault, Role } from "./scenario.js";
import {
  exactlyOne,
  exactlyOneRequired,
  handlingField,
  momentFields,
  recurrenceFields,
} from "./trigger-schema.js";

const triggers = ["at", "after", "when"];

export const killFault: Field<KillFault> = section(
  {
    kill: oneOf(["producer", "consumer"]).describe("The role of the worker that is killed with SIGKILL."),
    worker: count({ max: 1_000 })
      .optional()
      .describe("Which worker of that role, from 0; without it, the plan draws one."),
    ...momentFields,
    ...handlingField,
    restartAfter: duration()
      .optional()
      .describe("From the kill to the worker's next life; without it, it stays dead. Example: 500ms."),
    ...recurrenceFields,
  },
  [oneTrigger, handlersAreConsumers, recurrenceIsTimed],
)
  .transform((fault): KillFault => {
    const { kill: role, worker, restartAfter, times, every = 0 } = fault;
    // There is exactly one: `oneTrigger` has seen to it.
    const trigger = (fault.at ?? fault.after ?? fault.when) as KillFault["trigger"];
    return { kind: "kill", role, worker, trigger, restartAfter, times, every };
  })
  .meta(exactlyOneRequired(triggers));

function oneTrigger(fault: Record<string, unknown>): ReturnType<Rule<unknown>> {
  return exactlyOne(fault, triggers);
}

function* handlersAreConsumers(
  fault: { kill: Role; when?: unknown },
  sound: (key: "kill") => boolean,
): ReturnType<Rule<unknown>> {
  if ("when" in fault && sound("kill") && fault.kill !== "consumer") {
    yield {
      path: ["when"],
      found: "when beside kill: producer",
      allowed: "when only beside kill: consumer, which has handlers",
    };
  }
}

/**
 * Kills at a moment are `every` apart. Kills at a place need no clock: the next one falls when the
 * place is reached again.
 */
function* recurrenceIsTimed(
  fault: { times: number; every?: number | undefined; when?: unknown },
  sound: (key: "times") => boolean,
): ReturnType<Rule<unknown>> {
  if (!sound("times")) return;
  if ("when" in fault) {
    const allowed = "no every: the next kill falls when the place is reached again";
    if ("every" in fault) yield { path: ["every"], found: "every beside when", allowed };
  } else if (fault.times === 1) {
    if ("every" in fault)
      yield {
        path: ["every"],
        found: "every without times",
        allowed: "every only beside times of 2 or more",
      };
  } else if (!("every" in fault)) {
    yield { path: ["every"], allowed: `a duration, since the kill falls ${fault.times} times` };
  } else if (fault.every === 0) {
    yield { path: ["every"], allowed: "a duration above 0" };
  }
}
