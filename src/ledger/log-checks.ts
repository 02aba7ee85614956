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
 * Holds the log scan against itself and against the plan: records against stored bits, records against
 * offsets (no producer sends transactions to this topic, so it has no control records: every offset is a record), and the group's
 * positions against the ends of the log and against the bits of what lies above them. Where no fault of
 * the plan takes records away, a log starts at 0, and nobody is beyond its end.
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
      `the topic has ${partitions.length} partitions; the plan has ${topic.partitions} to ${partitionsMax}`,
    );
  }
  const { records, stored, storedAgain, uncommitted } = counts;
  // A message that is stored again has at least one extra copy, and may have more.
  if (records < stored + storedAgain || (storedAgain === 0 && records !== stored)) {
    throw new EvidenceError(
      "log-against-offsets",
      `${records} records were read, and the bits say ${stored} messages, ${storedAgain} of them more than once`,
    );
  }
  const summed = partitions.reduce((sum, partition) => sum + partition.records, 0);
  if (summed !== records) {
    throw new EvidenceError(
      "log-against-offsets",
      `the partitions have ${summed} records, the scan counted ${records}`,
    );
  }
  for (const { partition, start, end, records: read, position } of partitions) {
    if (end - start !== read) {
      throw new EvidenceError(
        "log-against-offsets",
        `partition ${partition} goes from offset ${start} to ${end}, and ${read} records were read from it`,
      );
    }
    if (start > 0 && !logStartMayMove(plan)) {
      throw new EvidenceError(
        "log-against-offsets",
        `partition ${partition} starts at offset ${start}, and no fault of the plan takes records away`,
      );
    }
    if (
      position === null ? !positionMayVanish(plan, partition) : position > end && !logEndMayMoveBack(plan)
    ) {
      throw new EvidenceError(
        "position-within-log",
        `the group's position in partition ${partition} is ${position ?? "none"}, and the log ends at ${end}`,
      );
    }
  }
  // Each copy at or above a position makes its message uncommitted; a message may have several.
  const behind = partitions.reduce(
    (sum, partition) => sum + Math.max(0, partition.end - goesOnAt(partition, consumers.reset)),
    0,
  );
  if (behind < uncommitted || (records === stored && behind !== uncommitted)) {
    throw new EvidenceError(
      "position-within-log",
      `${behind} records are at or above the group's positions, and the bits say ${uncommitted} messages`,
    );
  }
}
