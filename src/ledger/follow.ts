import { readAuditorBox } from "./box/auditor-box.js";
import { countBitsOutside } from "./box/bits.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { Ledger } from "./ledger.js";
import type { RunRecord } from "./record/run-record.js";

/**
 * Adds the plane `seen`: the messages that an auditor saw as it followed the log. It read to the
 * end, as the scan did, so it must have seen every message that the scan found.
 *
 * @throws EvidenceError if the scan found a message that it did not see.
 */
export async function readFollowed(
  { layout, planes }: Ledger,
  folder: string,
  { runId }: Pick<RunRecord, "runId">,
): Promise<void> {
  await using box = await readAuditorBox(folder, "follow", { runId, layout });
  planes.seen = await box.plane("seen");
  const unseen = countBitsOutside(planes.stored, planes.seen);
  if (unseen > 0) {
    throw new EvidenceError(
      "scan-against-follower",
      `${unseen} messages are in the log, but the auditor that followed the log did not see them`,
    );
  }
}
