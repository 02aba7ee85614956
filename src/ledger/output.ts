import { readAuditorBox } from "./box/auditor-box.js";
import { countBitsOutside } from "./box/bits.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { Ledger } from "./ledger.js";
import type { OutputRecord } from "./record/run-record.js";

/**
 * Replaces the ends of handlers by the records in the output topic. A handler's effect that is part
 * of a transaction happens when the transaction is committed, not when the handler returns.
 *
 * @throws EvidenceError if the output holds a record without a handler, or does not match its
 *   offsets.
 */
export async function replaceEndsByOutput(
  { layout, planes }: Ledger,
  folder: string,
  runId: string,
  partitions: readonly OutputRecord[],
): Promise<void> {
  await using box = await readAuditorBox(folder, "output", { runId, layout });
  const output = await box.plane("output");
  const unexpected = countBitsOutside(output, planes.ended);
  if (unexpected > 0) {
    throw new EvidenceError(
      "output-against-handlers",
      `${unexpected} messages are in the output topic, but no life ended a handler for them`,
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
  // Two effects count as two beginnings, even if one handler wrote both: that breaks the guarantee,
  // not the evidence.
  for (const [at, again] of planes.endedAgain.entries()) planes.beganAgain[at]! |= again;
}

function checkOutput(
  { records, output, outputAgain }: { records: number; output: number; outputAgain: number },
  partitions: readonly OutputRecord[],
): void {
  // A message that is there again has at least one extra copy, and can have more.
  if (records < output + outputAgain || (outputAgain === 0 && records !== output)) {
    throw new EvidenceError(
      "output-against-offsets",
      `${records} records were read from the output topic, but the bits show ${output} messages, ${outputAgain} of them more than once`,
    );
  }
  const summed = partitions.reduce((sum, partition) => sum + partition.records, 0);
  if (summed !== records) {
    throw new EvidenceError(
      "output-against-offsets",
      `the partitions of the output topic have ${summed} records, but the scan counted ${records}`,
    );
  }
  // Control records and aborted records take offsets too, so there are never fewer offsets than
  // records.
  for (const { partition, start, end, records: read } of partitions) {
    if (end - start >= read) continue;
    throw new EvidenceError(
      "output-against-offsets",
      `partition ${partition} of the output topic runs from offset ${start} to ${end}, but ${read} records were read from it`,
    );
  }
}
