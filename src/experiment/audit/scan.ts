import { createAuditorBox } from "../../ledger/box/auditor-box.js";
import { EvidenceError } from "../../ledger/record/evidence-error.js";
import { goesOnAt } from "../../ledger/record/position.js";
import type { PartitionRecord } from "../../ledger/record/run-record.js";
import { type AuditOrder, auditTopic } from "./audit.js";
import { recordIndex } from "./record-index.js";

/**
 * Reads the log, and marks the stored messages in the auditor's box. It also marks those that are
 * stored more than once, and those with a copy at or above the offset where the group would
 * continue.
 *
 * @param onStored receives the bits of the stored messages.
 */
export async function scanLog(
  order: AuditOrder,
  onStored: (stored: Readonly<Uint32Array>) => void,
): Promise<PartitionRecord[]> {
  const { plan, runId, topic, groupId, boxes, admin } = order;
  const { reset } = plan.scenario.consumers;
  const positions = await admin.positions(groupId, topic);
  const positionIn = (partition: number): number | null => positions.get(partition) ?? null;
  using box = createAuditorBox(boxes, "scan", { runId, layout: plan.layout });
  const { stored, storedAgain, uncommitted } = box.planes;
  const index = recordIndex(plan, runId);
  const partitions = await auditTopic(order, topic, (from, offset, value) => {
    const { partition, start, end } = from;
    const message = index.inPartition(partition, value);
    if (message < 0) {
      throw new EvidenceError(
        "log-against-offsets",
        `the record at offset ${offset} of partition ${partition} of topic "${topic}" was not sent there by this run`,
      );
    }
    box.add("records", 1);
    if (!stored.mark(message)) storedAgain.mark(message);
    const position = positionIn(partition);
    if (offset >= goesOnAt({ start, end, position }, reset)) uncommitted.mark(message);
  });
  onStored(stored.words);
  return partitions.map((one) => ({ ...one, position: positionIn(one.partition) }));
}
