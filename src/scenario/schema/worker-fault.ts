/** Faults of one worker's process, and what it is made to send. */
import { type Field, leaf, type Rule, section } from "./fields.js";
import { oversizeBytesMax, workersMax } from "../limits.js";
import { bytes, count, duration } from "./notations.js";
import type { Role } from "../role.js";
import type { KillFault, OversizeFault, PauseFault, StopFault } from "../faults.js";
import {
  exactlyOneRequired,
  momentFields,
  momentOf,
  moments,
  momentsAndPlaces,
  oneMoment,
  oneTrigger,
  placeField,
  recurrenceFields,
  recurrenceIsTimed,
  recurrenceIsWhole,
  recurrenceOf,
  stay,
  triggerOf,
} from "./trigger.js";

const roles = ["producer", "consumer"] as const;

const worker = count({ max: workersMax - 1 }).optional();

const workerFields = {
  worker: worker.describe("Which worker of that role, from 0; without it, the plan draws one."),
};

const restartFields = {
  restartAfter: duration()
    .optional()
    .describe("From the end to the worker's next life; without it, it has none. Example: 500ms."),
};

const brokerAlone = "worker, which says which one; broker stands only beside a broker";

export const killWorker = section(
  {
    kill: roleThat("is killed with SIGKILL"),
    ...workerFields,
    ...momentFields,
    ...placeField,
    ...restartFields,
    ...recurrenceFields,
  },
  [oneTrigger, placesAreConsumers("kill"), recurrenceIsTimed],
  { for: "restartAfter, after which it is started again", broker: brokerAlone },
)
  .transform((fault): KillFault => {
    const { kill: role, restartAfter } = fault;
    return {
      kind: "kill",
      role,
      worker: fault.worker,
      trigger: triggerOf(fault),
      restartAfter,
      ...recurrenceOf(fault),
    };
  })
  .meta(exactlyOneRequired(momentsAndPlaces));

export const pauseWorker = section(
  {
    pause: roleThat("is stopped with SIGSTOP, and continued with SIGCONT"),
    ...workerFields,
    ...momentFields,
    ...placeField,
    for: stay().describe("From SIGSTOP to SIGCONT. Example: 2s."),
    ...recurrenceFields,
  },
  [oneTrigger, placesAreConsumers("pause"), recurrenceIsWhole],
  { restartAfter: "for, after which it is continued", broker: brokerAlone },
)
  .transform((fault): PauseFault => {
    const { pause: role, for: forMs } = fault;
    return {
      kind: "pause",
      role,
      worker: fault.worker,
      trigger: triggerOf(fault),
      for: forMs,
      ...recurrenceOf(fault),
    };
  })
  .meta(exactlyOneRequired(momentsAndPlaces));

export const stopWorker = section(
  {
    stop: roleThat("is asked to end with SIGTERM"),
    ...workerFields,
    ...momentFields,
    ...restartFields,
    ...recurrenceFields,
  },
  [oneMoment, recurrenceIsTimed],
  {
    for: "restartAfter, after which it is started again",
    when: "at or after: a consumer that stands still cannot end in order",
    broker: brokerAlone,
  },
)
  .transform((fault): StopFault => {
    const { stop: role, restartAfter } = fault;
    return {
      kind: "stop",
      role,
      worker: fault.worker,
      trigger: momentOf(fault),
      restartAfter,
      ...recurrenceOf(fault),
    };
  })
  .meta(exactlyOneRequired(moments));

export const oversizeFault = section(
  {
    oversize: bytes({ min: 1, max: oversizeBytesMax }).describe(
      "A producer's next message is this large, above what the brokers take: usually 1 MiB. Example: 1200KB.",
    ),
    worker: worker.describe("Which producer, from 0; without it, the plan draws one."),
    ...momentFields,
    ...recurrenceFields,
  },
  [oneMoment, recurrenceIsTimed],
)
  .transform((fault): OversizeFault => {
    const { oversize: size } = fault;
    return {
      kind: "oversize",
      worker: fault.worker,
      trigger: momentOf(fault),
      size,
      ...recurrenceOf(fault),
    };
  })
  .meta(exactlyOneRequired(moments));

/** `broker` is allowed behind these verbs too, in a form of its own: it is a word that may have been meant. */
function roleThat(suffers: string): Field<Role, Role> {
  return leaf<Role, Role>({
    allowed: "one of producer, consumer, broker",
    names: [...roles, "broker"],
    editor: { enum: roles },
    read: (written) => roles.find((role) => role === written),
  }).describe(`The role of the worker that ${suffers}.`);
}

function placesAreConsumers<V extends "kill" | "pause">(verb: V): Rule<{ [K in V]: Role }> {
  return function* (fault, sound) {
    if (!("when" in fault) || !sound(verb) || fault[verb] === "consumer") return;
    yield {
      path: ["when"],
      found: `when beside ${verb}: producer`,
      allowed: `when only beside ${verb}: consumer, which has handlers and commits`,
    };
  };
}
