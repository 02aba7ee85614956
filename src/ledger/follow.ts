import { readAuditorBox } from "./box/auditor-box.js";
import { countBitsOutside } from "./box/bits.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { Ledger } from "./ledger.js";
import type { RunRecord } from "./record/run-record.js";

/**
 * Takes what an auditor saw that followed the log: which messages were there at some time. It read to the
 * end, as the scan did: what the scan found, it has seen.
 *
 * @throws EvidenceError where the two differ.
 */
export async function takeSeen(
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
      `${unseen} messages are in the log, and the auditor who followed it has not seen them`,
    );
  }
}
