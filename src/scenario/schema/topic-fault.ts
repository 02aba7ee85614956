/** What is done to the topic and to the group that reads it. */
import {
  type Complaint,
  either,
  type Field,
  isMap,
  type Section,
  section,
  type Written,
  type WrittenSection,
} from "./fields.js";
import { messagesMax, partitionsMax } from "../limits.js";
import { count, oneOf, only } from "./notations.js";
import type { JoinFault, ResetOffsetsFault, TopicAction, TopicFault } from "../faults.js";
import {
  exactlyOneRequired,
  momentFields,
  momentOf,
  moments,
  oneMoment,
  recurrenceFields,
  recurrenceIsTimed,
  recurrenceIsWhole,
  recurrenceOf,
  stay,
} from "./trigger.js";

const partition = () => count({ max: partitionsMax - 1 });

const everyRecord = oneOf(["all"], ", or a map of upTo and partition").transform((): TopicAction => ({
  do: "delete-records",
  partition: undefined,
  upTo: undefined,
}));

const someRecords = section(
  {
    upTo: count({ min: 1, max: messagesMax })
      .optional()
      .describe("Records below this offset are deleted; without it, all."),
    partition: partition().optional().describe("Of this partition, from 0; without it, of all."),
  },
  [notNothing],
)
  .transform(({ upTo, partition: of }): TopicAction => ({ do: "delete-records", partition: of, upTo }))
  .meta({ minProperties: 1 });

/** Each verb with the field of what stands behind it. */
const actions = {
  deleteRecords: either([everyRecord, someRecords], (written) =>
    isMap(written) ? someRecords : everyRecord,
  ).describe("Records are deleted: all, or below an offset, or of one partition."),
  retention: stay()
    .transform((ms): TopicAction => ({ do: "retention", ms }))
    .describe("The topic's retention.ms is set to this, until records have gone. Example: 500ms."),
  recreateTopic: only(true, "true")
    .transform((): TopicAction => ({ do: "recreate" }))
    .describe("The topic is deleted and created again, empty."),
  moveLeader: section({ partition: partition().describe("Which partition, from 0.") })
    .transform((move): TopicAction => ({ do: "move-leader", partition: move.partition }))
    .describe("The partition is given to other brokers; its old leader lives, and has no replica of it."),
  addPartitions: count({ min: 1, max: partitionsMax - 1 })
    .transform((more): TopicAction => ({ do: "add-partitions", count: more }))
    .describe("The topic gets so many more partitions."),
} satisfies Record<string, Field<TopicAction>>;

type Verb = keyof typeof actions;

const commonFields = { ...momentFields, ...recurrenceFields };

type TopicFaultWritten<V extends Verb> = { [K in V]: Written<(typeof actions)[K]> } & WrittenSection<
  typeof commonFields
>;

function topicFault<V extends Verb>(verb: V): Field<TopicFault, TopicFaultWritten<V>> {
  const form = section({ [verb]: actions[verb], ...commonFields }, [
    oneMoment,
    recurrenceIsTimed,
  ]) as Field<unknown> as Field<Section<typeof commonFields> & Record<V, TopicAction>, TopicFaultWritten<V>>;
  return form
    .transform((fault): TopicFault => ({
      kind: "topic",
      action: fault[verb],
      trigger: momentOf(fault),
      ...recurrenceOf(fault),
    }))
    .meta(exactlyOneRequired(moments));
}

/** The faults of the topic, by verb. */
export const topicFaults: { [V in Verb]: Field<TopicFault, TopicFaultWritten<V>> } = {
  deleteRecords: topicFault("deleteRecords"),
  retention: topicFault("retention"),
  recreateTopic: topicFault("recreateTopic"),
  moveLeader: topicFault("moveLeader"),
  addPartitions: topicFault("addPartitions"),
};

export const resetOffsetsFault = section(
  {
    resetOffsets: oneOf(["latest", "earliest", "expired"]).describe(
      "The consumers end, the group's committed offsets are moved there (expired: forgotten), and they start again.",
    ),
    ...momentFields,
    ...recurrenceFields,
  },
  [oneMoment, recurrenceIsTimed],
)
  .transform((fault): ResetOffsetsFault => ({
    kind: "reset-offsets",
    to: fault.resetOffsets,
    trigger: momentOf(fault),
    ...recurrenceOf(fault),
  }))
  .meta(exactlyOneRequired(moments));

export const joinFault = section(
  {
    join: oneOf(["consumer"]).describe("One more consumer joins the group: a rebalance."),
    ...momentFields,
    for: stay().describe("So long it stays; then it leaves, which is a rebalance too. Example: 1s."),
    ...recurrenceFields,
  },
  [oneMoment, recurrenceIsWhole],
)
  .transform((fault): JoinFault => ({
    kind: "join",
    trigger: momentOf(fault),
    for: fault.for,
    ...recurrenceOf(fault),
  }))
  .meta(exactlyOneRequired(moments));

function* notNothing(written: Record<string, unknown>): Iterable<Complaint> {
  if (Object.keys(written).length > 0) return;
  yield { path: [], found: "neither upTo nor partition", allowed: "at least one of them, or the word all" };
}
