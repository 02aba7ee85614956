import { join } from "node:path";

import { popcount } from "./bits.js";
import { EvidenceError } from "./evidence.js";
import type { Ledger } from "./ledger.js";
import { readBox } from "./read-box.js";
import { type RunRecord, followBoxName } from "./run-record.js";

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
  await using box = await readBox(join(folder, followBoxName), {
    kind: "follow" as const,
    runId,
    worker: 0,
    life: 0,
    bits: layout.words * 32,
    killed: false,
  });
  planes.seen = await box.plane("seen");
  const unseen = planes.stored.reduce((sum, word, at) => sum + popcount(word & ~planes.seen[at]!), 0);
  if (unseen > 0) {
    throw new EvidenceError(
      "scan-against-follower",
      `${unseen} messages are in the log, and the auditor who followed it has not seen them`,
    );
  }
}
