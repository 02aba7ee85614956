import { createAuditorBox } from "../../ledger/box/auditor-box.js";
import { EvidenceError } from "../../ledger/record/evidence-error.js";
import type { OutputRecord } from "../../ledger/record/run-record.js";
import { outputTopicOf } from "../../worker/order.js";
import { type AuditOrder, auditTopic } from "./audit.js";
import { recordIndex } from "./record-index.js";

/**
 * Reads the effects of the handlers: the records of committed transactions in the output topic. It
 * reads to the end of each log, and so waits until transactions that a dead consumer left open are
 * over.
 */
export async function scanOutput(order: AuditOrder): Promise<OutputRecord[]> {
  const { plan, runId, boxes } = order;
  const topic = outputTopicOf(order.topic);
  using box = createAuditorBox(boxes, "output", { runId, layout: plan.layout });
  const { output, outputAgain } = box.planes;
  const index = recordIndex(plan, runId);
  return await auditTopic(order, topic, ({ partition }, offset, value) => {
    const message = index.of(value);
    if (message < 0) {
      throw new EvidenceError(
        "output-against-handlers",
        `the record at offset ${offset} of partition ${partition} of topic "${topic}" is not a message of this run`,
      );
    }
    box.add("records", 1);
    if (!output.mark(message)) outputAgain.mark(message);
  });
}
