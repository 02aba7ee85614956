import { partitionOf } from "../plan/layout.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { ListedRequests } from "./box/read-box.js";
import { fieldOf, hasPartition } from "./box/request-rows.js";
import type { RefusalRecord } from "./record/run-record.js";

/** One life of a producer that brokers refused requests of. */
export interface RefusedLife {
  clientId: string;
  worker: number;
  /** Partitions that the plan shares the messages out to. */
  partitions: number;
  requests: ListedRequests;
}

/** Clocks of broker and worker may differ by so much. */
const clockDifferenceMs = 1_000;

/**
 * Finds the messages that a life lost to refusals: those of the refused requests, and *behind* them
 * those of requests that were handed to the same connection later. The broker closes the connection
 * over the first, and reads no further.
 *
 * @throws EvidenceError for a refusal of a request that the life never handed over.
 */
export function findRefused(
  life: RefusedLife,
  refusals: readonly RefusalRecord[],
  found: { refused: (number: number) => void; behind: (number: number) => void },
): void {
  // A million rows take half a second to look up.
  if (refusals.length === 0) return;
  const refused = new Set<number>();
  /** Of each connection, the place of the first row that was refused. */
  const first = new Map<number, number>();
  const places = placesOf(life.requests);
  for (const refusal of refusals) {
    const place = placeOf(refusal, places, life);
    if (place === undefined) continue;
    refused.add(place);
    const connection = fieldOf(life.requests.words, place, "connection");
    first.set(connection, Math.min(place, first.get(connection) ?? place));
  }
  if (refused.size === 0) return;
  for (let place = 0; place < life.requests.count; place++) {
    const since = first.get(fieldOf(life.requests.words, place, "connection"));
    if (refused.has(place)) eachMessage(life, place, found.refused);
    else if (since !== undefined && since < place) eachMessage(life, place, found.behind);
  }
}

/** Rows by what a refusal names. A client may number anew when it opens a connection: several, then. */
function placesOf({ words, count }: ListedRequests): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let place = 0; place < count; place++) {
    const name = `${fieldOf(words, place, "broker")}.${fieldOf(words, place, "correlationId")}`;
    const those = places.get(name);
    if (those === undefined) places.set(name, [place]);
    else those.push(place);
  }
  return places;
}

/**
 * The latest request of that name which had been handed over when the broker refused it. One that seems
 * to come after the refusal is meant only where there is no other: clocks may differ.
 */
function placeOf(
  { broker, correlationId, at }: RefusalRecord,
  places: ReadonlyMap<string, number[]>,
  { clientId, requests }: RefusedLife,
): number | undefined {
  const named = places.get(`${broker}.${correlationId}`) ?? [];
  // Rows keep the lower 32 bits of the time.
  const age = (one: number): number => (at - fieldOf(requests.words, one, "at")) | 0;
  const place = named.findLast((one) => age(one) >= 0) ?? named.find((one) => age(one) >= -clockDifferenceMs);
  if (place === undefined && requests.unlisted === 0) {
    throw new EvidenceError(
      "requests-as-listed",
      `broker ${broker} refused request ${correlationId} of ${clientId}, which never handed it over`,
    );
  }
  return place;
}

function eachMessage(
  { worker, partitions, requests }: RefusedLife,
  place: number,
  take: (number: number) => void,
): void {
  const { words } = requests;
  const highest = fieldOf(words, place, "highest");
  for (let number = fieldOf(words, place, "lowest"); number <= highest; number++) {
    if (hasPartition(words, place, partitionOf(number, worker, partitions))) take(number);
  }
}
