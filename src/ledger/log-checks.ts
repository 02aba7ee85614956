import { EvidenceError } from "./evidence.js";
import type { PartitionRecord } from "./run-record.js";

/**
 * Holds the log scan against itself: records against stored bits, records against offsets (an
 * at-most-once topic has no control records, so every offset is a record), and the group's positions
 * against the ends of the log and against the bits of what lies above them.
 *
 * @throws EvidenceError at the first difference.
 */
export function checkLog(
  counts: { records: number; stored: number; storedAgain: number; uncommitted: number },
  partitions: readonly PartitionRecord[],
): void {
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
    if (position !== null && position > end) {
      throw new EvidenceError(
        "position-within-log",
        `the group's position in partition ${partition} is ${position}, beyond the end of the log at ${end}`,
      );
    }
  }
  // Each copy at or above a position makes its message uncommitted; a message may have several.
  const behind = partitions.reduce(
    (sum, { start, end, position }) => sum + end - Math.max(start, position ?? start),
    0,
  );
  if (behind < uncommitted || (records === stored && behind !== uncommitted)) {
    throw new EvidenceError(
      "position-within-log",
      `${behind} records are at or above the group's positions, and the bits say ${uncommitted} messages`,
    );
  }
}
