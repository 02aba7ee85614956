import { epochMs } from "../../base/clock.js";
import { type ProduceRequest, produceRequestReader } from "../../kafka/produce-request.js";
import { type BlackBox, listRequest } from "../../ledger/box/black-box.js";
import type { RequestRow } from "../../ledger/box/request-rows.js";
import { partitionOf } from "../../plan/layout.js";
import type { ProducerOrder } from "../order.js";
import type { ProducerConnection } from "../sockets.js";

/**
 * Records what a producer's process hands to the kernel, just before it does. Each message of a
 * produce request is marked as handed over. The request gets a row, in which a broker's refusal
 * finds its messages. The messages are read from the bytes of the request, not from what the client
 * was given.
 *
 * The messages are marked before the row is stored. A row, which a refusal is matched with,
 * therefore never names messages that are not marked.
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
    for (let index = 0; index < count; index++) handed.mark(numbers[index]!);
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
  for (let index = 1; index < count; index++) {
    const number = numbers[index]!;
    if (number < lowest) lowest = number;
    else if (number > highest) highest = number;
  }
  return { ...connection, correlationId, at: epochMs(), lowest, highest, partitions };
}

/**
 * Returns how many messages a row stands for. The request gets a row only if it had exactly these.
 */
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
