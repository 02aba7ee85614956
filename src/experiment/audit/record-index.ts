import { messageReader, numberedReader } from "../../kafka/message.js";
import { partitionOf } from "../../plan/layout.js";
import type { Plan } from "../../plan/plan.js";

/**
 * Finds the index in the planes of the message that a record is a copy of; -1 if it is not of this
 * run.
 */
export interface RecordIndex {
  of(value: Buffer | null): number;
  /** Also returns -1 if the record is not in the partition that the plan assigns to its message. */
  inPartition(partition: number, value: Buffer | null): number;
}

export function recordIndex({ layout, scenario }: Plan, runId: string): RecordIndex {
  const commanded = scenario.producers.command !== undefined;
  const read = commanded ? numberedReader() : messageReader(runId);
  const { partitions } = scenario.topic;
  const identity = { producer: 0, number: 0, sentAt: 0 };
  const of = (value: Buffer | null): number => {
    const ours = read(value, identity) && identity.number < (layout.messages[identity.producer] ?? 0);
    return ours ? layout.bases[identity.producer]! + identity.number : -1;
  };
  return {
    of,
    inPartition(partition, value) {
      const index = of(value);
      // A command's own client chooses the partition.
      if (index < 0 || commanded) return index;
      return partition === partitionOf(identity.number, identity.producer, partitions) ? index : -1;
    },
  };
}
