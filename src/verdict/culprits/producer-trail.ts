import type { ConnectionRecord } from "../../ledger/box/connections.js";
import type { ProducerLife } from "../../ledger/life-evidence.js";
import { fieldOf, hasPartition } from "../../ledger/box/request-rows.js";
import { sendFieldOf, sendRowWords } from "../../ledger/box/send-rows.js";
import { partitionOf } from "../../plan/layout.js";
import type { Span } from "./occurrence.js";

/** A request, as its life listed it. */
export interface Request {
  /** Its place among all requests of the life, in the order in which they were handed to the kernel. */
  place: number;
  /** Number of its connection; and what is known of that, if the box had room for it. */
  connection: number;
  record: ConnectionRecord | undefined;
  broker: number;
  /** When it was handed over, milliseconds since 1970. */
  at: number;
}

/** Answers what became of the sends of one producer's life, by what its black box holds. */
export class ProducerTrail {
  readonly life: ProducerLife;
  /** When its process ended, milliseconds since 1970; `Infinity` if that is not known. */
  readonly endedAt: number;
  readonly #partitions: number;
  readonly #startedAt: number;
  /** Of each partition: the places of the requests with messages of it, by their lowest message. */
  readonly #requests = new Map<number, readonly number[]>();
  /** Of each connection: the places of its requests. */
  readonly #connections = new Map<number, number[]>();
  /** Of each partition and connection: the last request of which a message came into the log. */
  readonly #lastStored = new Map<number, ReadonlyMap<number, number>>();

  constructor(life: ProducerLife, run: { startedAt: number; partitions: number; endedAt: number }) {
    this.life = life;
    this.endedAt = run.endedAt;
    this.#partitions = run.partitions;
    this.#startedAt = run.startedAt;
  }

  partitionOf(number: number): number {
    return partitionOf(number, this.life.record.worker, this.#partitions);
  }

  /**
   * From when to when the client had the message in hand, until the life ended if its send never settled; `undefined`
   * if its send is not listed.
   */
  sendOf(number: number): (Span & { settled: boolean }) | undefined {
    const { words, count } = this.life.sends;
    const place = lastWhere(count, (one) => sendFieldOf(words, one, "first") <= number);
    if (place === -1) return undefined;
    // The last row stands for all sends behind it, too, if there was no room to list those.
    if (place === count - 1 && (count + 1) * sendRowWords > words.length) return undefined;
    const settled = sendFieldOf(words, place, "settledAt");
    return {
      from: this.#momentOf(sendFieldOf(words, place, "at")),
      to: settled === 0 ? this.endedAt : this.#momentOf(settled) + 1,
      settled: settled !== 0,
    };
  }

  /** The request that carried a message; `undefined` if none is listed. */
  requestOf(number: number): Request | undefined {
    const place = this.#latest(number);
    const holds = place !== undefined && fieldOf(this.life.requests.words, place, "highest") >= number;
    return holds ? this.#request(place) : undefined;
  }

  /**
   * Whether a message that is marked as handed over never left its process. A producer marks the messages of a
   * request, then lists the request, then gives it to the kernel. So if every request was listed and none carried the
   * message, the process ended between the first two steps.
   */
  wasCutOff(number: number): boolean {
    const { words, unlisted } = this.life.requests;
    return words.length > 0 && unlisted === 0 && this.requestOf(number) === undefined;
  }

  /** Of a message that no listed request carried: the nearest requests with earlier and with later ones of its partition. */
  neighboursOf(number: number): { before: Request | undefined; after: Request | undefined } {
    const requests = this.#requestsOf(this.partitionOf(number));
    const { words } = this.life.requests;
    const latest = lastWhere(requests.length, (one) => fieldOf(words, requests[one]!, "lowest") <= number);
    const [before, after] = [requests[latest], requests[latest + 1]];
    return {
      before: before === undefined ? undefined : this.#request(before),
      after: after === undefined ? undefined : this.#request(after),
    };
  }

  /**
   * When a message began to wait for a connection. A connection that closed while it waited, and never carried a
   * request with messages, is a part of the wait: that began with its dial, if the dial came before the send. If not
   * a byte left through it, its client was not yet done with the failure of the connection before it: the wait began
   * with the end of that.
   *
   * @param span from the send of the message to the next request that its client handed over.
   */
  waitBegan({ from, to }: Span): number {
    let began = from;
    for (const [connection, { closedAt, dialedAt, bytesFlushed }] of this.life.connections.entries()) {
      if (closedAt < from || closedAt > to || this.#onConnection(connection).length > 0) continue;
      const before = bytesFlushed === 0 ? this.#lastUsedBefore(connection) : undefined;
      began = Math.min(began, dialedAt, before?.closedAt ?? Infinity);
    }
    return began;
  }

  /** The last connection that the client made to the same broker before, and that a byte left through. */
  #lastUsedBefore(connection: number): ConnectionRecord | undefined {
    const { connections } = this.life;
    const { broker } = connections[connection]!;
    return connections.slice(0, connection).findLast((one) => one.broker === broker && one.bytesFlushed > 0);
  }

  /** Of the requests on a connection: the last one of which a message of this partition came into the log. */
  lastStoredOn(
    connection: number,
    partition: number,
    cameIntoLog: (number: number) => boolean,
  ): Request | undefined {
    let last = this.#lastStored.get(partition);
    if (last === undefined)
      this.#lastStored.set(partition, (last = this.#findLastStored(partition, cameIntoLog)));
    const place = last.get(connection);
    return place === undefined ? undefined : this.#request(place);
  }

  /** Every listed request, in the order in which they were handed over. */
  *requests(): Generator<Request> {
    for (let place = 0; place < this.life.requests.count; place++) yield this.#request(place);
  }

  /** The messages of a request. */
  *messagesOf({ place }: Request): Generator<number> {
    const { words } = this.life.requests;
    const highest = fieldOf(words, place, "highest");
    for (let number = fieldOf(words, place, "lowest"); number <= highest; number++) {
      if (hasPartition(words, place, this.partitionOf(number))) yield number;
    }
  }

  /** Bytes of a request, and of what was written to its connection between it and the request before it. */
  bytesOf(request: Request): number {
    const of = this.#onConnection(request.connection);
    const before = of[of.indexOf(request.place) - 1];
    return this.#bytesBetween(before, request.place);
  }

  /** Whether a request has messages of a partition. */
  carries({ place }: Request, partition: number): boolean {
    return hasPartition(this.life.requests.words, place, partition);
  }

  /** Whether a connection other than this one ended within a span. */
  lostAnother(connection: number, { from, to }: Span): boolean {
    return this.life.connections.some(
      ({ closedAt }, one) => one !== connection && closedAt >= from && closedAt <= to,
    );
  }

  /**
   * The last request on a connection, if it may have overtaken a message that never went out: its send began before
   * the send of the message had settled, or before the next request, if that send never settled. Sends that a client
   * has in hand at the same time may come to its socket in any order.
   *
   * @param after the next request behind the message.
   */
  overtakenBy(after: Request, number: number): Request | undefined {
    const last = this.#onConnection(after.connection).at(-1);
    const inHand = this.sendOf(number);
    if (last === undefined || inHand === undefined) return undefined;
    const began = this.sendOf(fieldOf(this.life.requests.words, last, "lowest"))?.from ?? Infinity;
    return began < (inHand.settled ? inHand.to : after.at) ? this.#request(last) : undefined;
  }

  isLastOn({ connection, place }: Request): boolean {
    return this.#onConnection(connection).at(-1) === place;
  }

  /** The first request on a connection that was handed over after a moment and has at least so many bytes. */
  firstLargeOn(connection: number, bytes: number, after: number): Request | undefined {
    const of = this.#onConnection(connection);
    const found = of.findIndex(
      (place, nth) => this.#bytesBetween(of[nth - 1], place) >= bytes && this.#request(place).at >= after,
    );
    return found === -1 ? undefined : this.#request(of[found]!);
  }

  /**
   * Bytes that a connection had carried at the end of a request, counted from a moment that lies between two, or
   * from its first byte if it was dialled later.
   */
  bytesSince(
    { connection, place, record }: Request,
    { earliest, latest }: { earliest: number; latest: number },
  ): { atLeast: number; atMost: number } {
    const of = this.#onConnection(connection);
    const isOlder = (record?.dialedAt ?? 0) < latest;
    const lastBefore = of.findLast((one) => this.#request(one).at < earliest);
    const firstBehind = of.find((one) => this.#request(one).at > latest);
    const atMost = this.#bytesBetween(lastBefore, place);
    if (!isOlder) return { atLeast: atMost, atMost };
    const isBehind = firstBehind !== undefined && firstBehind < place;
    return { atLeast: isBehind ? this.#bytesBetween(firstBehind, place) : 0, atMost };
  }

  /** From the end of one request to the end of another on the same connection; of `undefined`: from the first byte. */
  #bytesBetween(before: number | undefined, place: number): number {
    const { words } = this.life.requests;
    const start = before === undefined ? 0 : fieldOf(words, before, "ends");
    return (fieldOf(words, place, "ends") - start) >>> 0;
  }

  /** The places of the requests on a connection, in their order. */
  #onConnection(connection: number): readonly number[] {
    if (this.#connections.size === 0) {
      for (const { place, connection: one } of this.requests()) {
        const those = this.#connections.get(one);
        if (those === undefined) this.#connections.set(one, [place]);
        else those.push(place);
      }
    }
    return this.#connections.get(connection) ?? [];
  }

  /** The last request of a message's partition that begins with it, or before it. */
  #latest(number: number): number | undefined {
    const requests = this.#requestsOf(this.partitionOf(number));
    const { words } = this.life.requests;
    return requests[lastWhere(requests.length, (one) => fieldOf(words, requests[one]!, "lowest") <= number)];
  }

  #requestsOf(partition: number): readonly number[] {
    const known = this.#requests.get(partition);
    if (known !== undefined) return known;
    const { words, count } = this.life.requests;
    const found: number[] = [];
    for (let place = 0; place < count; place++) if (hasPartition(words, place, partition)) found.push(place);
    // A request that waits for its connection may be overtaken.
    found.sort((one, next) => fieldOf(words, one, "lowest") - fieldOf(words, next, "lowest"));
    this.#requests.set(partition, found);
    return found;
  }

  #findLastStored(partition: number, cameIntoLog: (number: number) => boolean): ReadonlyMap<number, number> {
    const { words } = this.life.requests;
    const last = new Map<number, number>();
    for (const place of this.#requestsOf(partition)) {
      const connection = fieldOf(words, place, "connection");
      if ((last.get(connection) ?? -1) >= place) continue;
      const lowest = fieldOf(words, place, "lowest");
      const highest = fieldOf(words, place, "highest");
      const ahead = (partition - this.partitionOf(lowest) + this.#partitions) % this.#partitions;
      for (let number = lowest + ahead; number <= highest; number += this.#partitions) {
        if (!cameIntoLog(number)) continue;
        last.set(connection, place);
        break;
      }
    }
    return last;
  }

  #request(place: number): Request {
    const { words } = this.life.requests;
    const connection = fieldOf(words, place, "connection");
    return {
      place,
      connection,
      record: this.life.connections[connection],
      broker: fieldOf(words, place, "broker"),
      at: this.#momentOf(fieldOf(words, place, "at")),
    };
  }

  /** Rows keep the lower 32 bits of the time. */
  #momentOf(low: number): number {
    return this.#startedAt + ((low - this.#startedAt) | 0);
  }
}

/** The last place below `count` for which something holds that holds up to some place, and not behind it; or -1. */
function lastWhere(count: number, holds: (place: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
