import { epochMs } from "../../base/clock.js";
import { type ProduceRequest, produceRequestReader } from "../../kafka/produce-request.js";
import { type BlackBox, listRequest } from "../../ledger/box/black-box.js";
import type { RequestRow } from "../../ledger/box/request-rows.js";
import { partitionOf } from "../../plan/layout.js";
import type { ProducerOrder } from "../order.js";
import type { ProducerConnection } from "../sockets.js";

/**
 * Writes down what a producer's process hands to the kernel, before it does: each message of a
 * produce request is marked as handed, and the request gets a row, by which a broker's refusal finds
 * its messages. They are found in the request's own bytes, not in what the client was told to send.
 *
 * First the messages, then the row: so that a row, which a broker's word is held against, never names
 * messages that are not marked.
 */
export function handedRecorder(
  { runId, partitions }: Pick<ProducerOrder, "runId" | "partitions">,
  box: BlackBox<"producer">,
): (connection: ProducerConnection, request: Uint8Array) => void {
  const { worker } = box.description;
  const { handed } = box.planes;
  const read = produceRequestReader(runId, worker);
  const listing = box.requests.length > 0;
  return (connection, request) => {
    const produce = read(request);
    const { numbers, count } = produce;
    for (let place = 0; place < count; place++) handed.mark(numbers[place]!);
    if (!listing || count === 0) return;
    const row = rowOf(produce, connection);
    if (countOf(row, worker, partitions) === count) listRequest(box, row);
    else box.add("requestsUnlisted", 1);
  };
}

function rowOf(
  { correlationId, numbers, count, partitions }: ProduceRequest,
  connection: ProducerConnection,
): RequestRow {
  let lowest = numbers[0]!;
  let highest = lowest;
  for (let place = 1; place < count; place++) {
    const number = numbers[place]!;
    if (number < lowest) lowest = number;
    else if (number > highest) highest = number;
  }
  return { ...connection, correlationId, at: epochMs(), lowest, highest, partitions };
}

/** How many messages a row says that there are: the request must have had just those. */
function countOf(
  { lowest, highest, partitions: those }: RequestRow,
  producer: number,
  partitions: number,
): number {
  let count = 0;
  for (const partition of those) {
    const ahead = (partition - partitionOf(lowest, producer, partitions) + partitions) % partitions;
    if (lowest + ahead <= highest) count += Math.floor((highest - lowest - ahead) / partitions) + 1;
  }
  return count;
}
