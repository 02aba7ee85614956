import { partitionOf } from "../plan/layout.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { ListedRequests } from "./box/requests.js";
import { fieldOf, hasPartition } from "./box/request-rows.js";
import type { RefusalRecord } from "./record/run-record.js";

/** One life of a producer that had requests refused by brokers. */
export interface RefusedLife {
  clientId: string;
  worker: number;
  /** Number of partitions that the plan distributes the messages over. */
  partitions: number;
  requests: ListedRequests;
}

/** The clocks of a broker and a worker may differ by this much, in milliseconds. */
const clockDifferenceMs = 1_000;

/**
 * Finds the messages that a life lost to refusals: those of the refused requests, and *behind* them
 * those of requests handed to the same connection later. The broker closes the connection after the
 * first refusal and reads no further.
 *
 * @throws EvidenceError for a refusal of a request that the life never handed over.
 */
export function findRefused(
  life: RefusedLife,
  refusals: readonly RefusalRecord[],
  found: { refused: (number: number) => void; behind: (number: number) => void },
): void {
  // Looking up a million rows takes half a second.
  if (refusals.length === 0) return;
  const refused = new Set<number>();
  /** The index of each connection's first refused row. */
  const first = new Map<number, number>();
  const rows = rowsByKey(life.requests);
  for (const refusal of refusals) {
    const row = rowOf(refusal, rows, life);
    if (row === undefined) continue;
    refused.add(row);
    const connection = fieldOf(life.requests.words, row, "connection");
    first.set(connection, Math.min(row, first.get(connection) ?? row));
  }
  if (refused.size === 0) return;
  for (let row = 0; row < life.requests.count; row++) {
    const since = first.get(fieldOf(life.requests.words, row, "connection"));
    if (refused.has(row)) eachMessage(life, row, found.refused);
    else if (since !== undefined && since < row) eachMessage(life, row, found.behind);
  }
}

/**
 * Groups the rows by broker and correlation id. A client may restart its ids with each connection,
 * so a key can have several.
 */
function rowsByKey({ words, count }: ListedRequests): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < count; row++) {
    const key = `${fieldOf(words, row, "broker")}.${fieldOf(words, row, "correlationId")}`;
    const those = rows.get(key);
    if (those === undefined) rows.set(key, [row]);
    else those.push(row);
  }
  return rows;
}

/**
 * Finds the latest matching request that had been handed over when the broker refused it. A request
 * that seems to be later than the refusal matches only if all do, because clocks may differ.
 */
function rowOf(
  { broker, correlationId, at }: RefusalRecord,
  rows: ReadonlyMap<string, number[]>,
  { clientId, requests }: RefusedLife,
): number | undefined {
  const named = rows.get(`${broker}.${correlationId}`) ?? [];
  // Rows hold the low 32 bits of the time.
  const age = (one: number): number => (at - fieldOf(requests.words, one, "at")) | 0;
  const row = named.findLast((one) => age(one) >= 0) ?? named.find((one) => age(one) >= -clockDifferenceMs);
  if (row === undefined && requests.unlisted === 0) {
    throw new EvidenceError(
      "requests-as-listed",
      `broker ${broker} refused request ${correlationId} of "${clientId}", which never handed over that request`,
    );
  }
  return row;
}

function eachMessage(
  { worker, partitions, requests }: RefusedLife,
  row: number,
  take: (number: number) => void,
): void {
  const { words } = requests;
  const highest = fieldOf(words, row, "highest");
  for (let number = fieldOf(words, row, "lowest"); number <= highest; number++) {
    if (hasPartition(words, row, partitionOf(number, worker, partitions))) take(number);
  }
}
