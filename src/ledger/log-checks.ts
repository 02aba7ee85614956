import {
  logEndMayMoveBack,
  logStartMayMove,
  partitionsAdded,
  positionMayVanish,
} from "../plan/log-changes.js";
import type { Plan } from "../plan/plan.js";
import { EvidenceError } from "./record/evidence-error.js";
import { goesOnAt } from "./record/position.js";
import type { PartitionRecord } from "./record/run-record.js";

/**
 * Checks the log scan against itself and against the plan. The records must match the stored bits
 * and the offsets: no producer sends transactions to this topic, so it has no control records and
 * every offset is a record. The group's positions must match the ends of the log and the bits above
 * them. Unless a fault of the plan removes records, a log starts at 0 and no position is beyond its
 * end.
 *
 * @throws EvidenceError at the first difference.
 */
export function checkLog(
  counts: { records: number; stored: number; storedAgain: number; uncommitted: number },
  partitions: readonly PartitionRecord[],
  plan: Pick<Plan, "scenario" | "faults">,
): void {
  const { topic, consumers } = plan.scenario;
  const partitionsMax = topic.partitions + partitionsAdded(plan);
  if (partitions.length < topic.partitions || partitions.length > partitionsMax) {
    throw new EvidenceError(
      "log-against-offsets",
      `the topic has ${partitions.length} partitions, but the plan allows ${topic.partitions} to ${partitionsMax}`,
    );
  }
  const { records, stored, storedAgain, uncommitted } = counts;
  // A message that is stored again has at least one extra copy, and may have more.
  if (records < stored + storedAgain || (storedAgain === 0 && records !== stored)) {
    throw new EvidenceError(
      "log-against-offsets",
      `${records} records were read, but the bits show ${stored} messages, ${storedAgain} of them more than once`,
    );
  }
  const summed = partitions.reduce((sum, partition) => sum + partition.records, 0);
  if (summed !== records) {
    throw new EvidenceError(
      "log-against-offsets",
      `the partitions have ${summed} records, but the scan counted ${records}`,
    );
  }
  for (const { partition, start, end, records: read, position } of partitions) {
    if (end - start !== read) {
      throw new EvidenceError(
        "log-against-offsets",
        `partition ${partition} runs from offset ${start} to ${end}, but ${read} records were read from it`,
      );
    }
    if (start > 0 && !logStartMayMove(plan)) {
      throw new EvidenceError(
        "log-against-offsets",
        `partition ${partition} starts at offset ${start}, but no fault of the plan removes records`,
      );
    }
    if (
      position === null ? !positionMayVanish(plan, partition) : position > end && !logEndMayMoveBack(plan)
    ) {
      throw new EvidenceError(
        "position-within-log",
        `the group's position in partition ${partition} is ${position ?? "missing"}, but the log ends at ${end}`,
      );
    }
  }
  // Each copy at or above a position makes its message uncommitted, and a message can have several
  // copies.
  const behind = partitions.reduce(
    (sum, partition) => sum + Math.max(0, partition.end - goesOnAt(partition, consumers.reset)),
    0,
  );
  if (behind < uncommitted || (records === stored && behind !== uncommitted)) {
    throw new EvidenceError(
      "position-within-log",
      `${behind} records are at or above the group's positions, but the bits show ${uncommitted} messages`,
    );
  }
}
