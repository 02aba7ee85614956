/** Which broker is meant, and the faults of a broker's process. */
import { type Field, type Rule, type Section, section, type WrittenSection } from "./fields.js";
import { partitionsMax } from "../limits.js";
import { count, oneOf } from "./notations.js";
import type { BrokerChoice, BrokerFault } from "../faults.js";
import {
  exactlyOneRequired,
  momentFields,
  momentOf,
  moments,
  oneMoment,
  recurrenceFields,
  recurrenceIsWhole,
  recurrenceOf,
  stay,
} from "./trigger.js";

interface BrokerChoiceWritten {
  broker: 0 | 1 | 2 | "leader" | "follower";
  partition?: number | undefined;
}

export const broker = oneOf([0, 1, 2, "leader", "follower"]);

/** Of a broker that is chosen by what it is to a partition. */
export const ofPartition = count({ max: partitionsMax - 1 })
  .optional()
  .describe("The partition that the broker leads or follows, from 0; 0 where it is not given.");

/** A broker that is named by its place is the same for every partition. */
export function* partitionHasRole(
  fault: { broker?: unknown; partition?: unknown },
  sound: (key: "broker") => boolean,
): ReturnType<Rule<unknown>> {
  if (!("partition" in fault) || !sound("broker") || typeof fault.broker === "string") return;
  const found = fault.broker === undefined ? "partition without broker" : "partition beside a broker's place";
  yield { path: ["partition"], found, allowed: "partition only beside broker: leader or broker: follower" };
}

export function brokerChoice({ broker: choice, partition = 0 }: BrokerChoiceWritten): BrokerChoice {
  switch (choice) {
    case 0:
    case 1:
    case 2:
      return { kind: "index", index: choice };
    case "leader":
    case "follower":
      return { kind: choice, partition };
  }
}

const verbs = {
  kill: "SIGKILL of a broker.",
  pause: "SIGSTOP of a broker, and SIGCONT when it heals: it lives, and does nothing.",
  stop: "SIGTERM of a broker: it hands its partitions over, and ends.",
} as const;

const keysOf = (back: string) => ({
  broker: broker.describe("Which broker: its place from 0, or what it is to a partition."),
  partition: ofPartition,
  ...momentFields,
  for: stay()
    .optional()
    .describe(`After so long ${back}; without it, when the producers have ended. Example: 2s.`),
  ...recurrenceFields,
});

type Keys = ReturnType<typeof keysOf>;

/** The fault of a broker that is written `kill: broker`, or with another verb. */
export function brokerFault<A extends BrokerFault["action"]>(
  action: A,
): Field<BrokerFault, Record<A, "broker"> & WrittenSection<Keys>> {
  const back = action === "pause" ? "it is continued" : "it is started again";
  const verb = { [action]: oneOf(["broker"]).describe(verbs[action]) };
  const form = section({ ...verb, ...keysOf(back) }, [oneMoment, recurrenceIsWhole, partitionHasRole], {
    restartAfter: `for, after which ${back}`,
    worker: "broker, which says which one: 0, 1, 2, leader or follower",
    when: "at or after: only a consumer stands still at a place of its work",
  }) as Field<unknown> as Field<Section<Keys>, Record<A, "broker"> & WrittenSection<Keys>>;
  return form
    .transform((fault): BrokerFault => ({
      kind: "broker",
      action,
      broker: brokerChoice(fault),
      trigger: momentOf(fault),
      for: fault.for,
      ...recurrenceOf(fault),
    }))
    .meta(exactlyOneRequired(moments));
}
