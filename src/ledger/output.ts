import { readAuditorBox } from "./box/auditor-box.js";
import { countBitsOutside } from "./box/bits.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { Ledger } from "./ledger.js";
import type { OutputRecord } from "./record/run-record.js";

/**
 * Takes the records in the output topic for the ends of handlers: where a handler's effect is part of a
 * transaction, it has happened when that was committed, and not when the handler thinks so.
 *
 * @throws EvidenceError where the output has what no handler made, or is not what its offsets say.
 */
export async function takeOutputForEnds(
  { layout, planes }: Ledger,
  folder: string,
  runId: string,
  partitions: readonly OutputRecord[],
): Promise<void> {
  await using box = await readAuditorBox(folder, "output", { runId, layout });
  const output = await box.plane("output");
  const strangers = countBitsOutside(output, planes.ended);
  if (strangers > 0) {
    throw new EvidenceError(
      "output-against-handlers",
      `${strangers} messages are in the output topic, and no life ended their handler`,
    );
  }
  checkOutput(
    {
      records: box.counter("records"),
      output: box.counter("output"),
      outputAgain: box.counter("outputAgain"),
    },
    partitions,
  );
  planes.ended = output;
  planes.endedAgain = await box.plane("outputAgain");
  // What had its effect twice began twice, even where one handler wrote both: a broken guarantee, and no contradiction.
  for (const [at, again] of planes.endedAgain.entries()) planes.beganAgain[at]! |= again;
}

function checkOutput(
  { records, output, outputAgain }: { records: number; output: number; outputAgain: number },
  partitions: readonly OutputRecord[],
): void {
  // A message that is there again has at least one extra copy, and may have more.
  if (records < output + outputAgain || (outputAgain === 0 && records !== output)) {
    throw new EvidenceError(
      "output-against-offsets",
      `${records} records were read from the output topic, and the bits say ${output} messages, ${outputAgain} of them more than once`,
    );
  }
  const summed = partitions.reduce((sum, partition) => sum + partition.records, 0);
  if (summed !== records) {
    throw new EvidenceError(
      "output-against-offsets",
      `the partitions of the output topic have ${summed} records, the scan counted ${records}`,
    );
  }
  // Control records and what was aborted take offsets, too: there are never fewer offsets than records.
  for (const { partition, start, end, records: read } of partitions) {
    if (end - start >= read) continue;
    throw new EvidenceError(
      "output-against-offsets",
      `partition ${partition} of the output topic goes from offset ${start} to ${end}, and ${read} records were read from it`,
    );
  }
}
