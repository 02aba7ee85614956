import { setTimeout as sleep } from "node:timers/promises";

import { epochMs } from "../base/clock.js";
import { LossboundError } from "../base/errors.js";
import type { Batch, ConsumerClient } from "../kafka/driver.js";
import { messageReader } from "../kafka/message.js";
import type { BlackBox } from "../ledger/black-box.js";
import type { EventWriter } from "../ledger/events.js";
import { record } from "../ledger/histogram.js";
import type { ConsumerOrder } from "./order.js";
import { Places } from "./places.js";

/** So many handlers that take no time end within microseconds of each other. */
const messagesPerLook = 32;

/**
 * The at-most-once consumer. Its order of steps is the guarantee:
 *
 *     fetch → commit the offset behind the chunk → only when that is acknowledged, process
 *
 * so a crash from the commit on loses what is left of the chunk, and nothing is processed twice. A
 * commit that was refused, failed, or stayed in doubt is not followed by processing: the chunk is
 * given up, and the position taken from the broker again.
 */
export class AtMostOnceConsumer {
  readonly #order: ConsumerOrder;
  readonly #box: BlackBox<"consumer">;
  readonly #write: EventWriter;
  readonly #read: ReturnType<typeof messageReader>;
  /** Where it can be told to stand still. */
  readonly places: Places;
  #latencyUsMax = 0;
  #askedToBeatAt = 0;

  constructor(order: ConsumerOrder, box: BlackBox<"consumer">, write: EventWriter) {
    this.#order = order;
    this.#box = box;
    this.#write = write;
    this.#read = messageReader(order.runId);
    this.places = new Places(box, write);
  }

  async start(client: ConsumerClient, onCrash: (error: Error) => void): Promise<void> {
    await client.start({
      onBatch: async (batch) => {
        try {
          await this.take(batch);
        } catch (error) {
          // The client tries everything again; evidence that contradicts itself would stay what it is.
          if (error instanceof LossboundError && error.code === "HARNESS") onCrash(error);
          throw error;
        }
      },
      onRebalancing: () => this.places.rebalancing(),
      onAssigned: (partitions) => {
        this.places.joined();
        this.#box.set("assigned", partitions.length);
        this.#box.add("joins", 1);
        this.#write({ event: "assigned", partitions });
      },
      onCrash,
    });
  }

  async take(batch: Batch): Promise<void> {
    const box = this.#box;
    const { commitEvery } = this.#order.settings;
    const messages = this.#identify(batch);
    let inHand = batch.count;
    box.add("inHand", inHand);
    try {
      for (let from = 0; from < batch.count; from += commitEvery) {
        if (!batch.isCurrent()) break;
        const to = Math.min(from + commitEvery, batch.count);
        if (!(await this.#commit(batch, messages, from, to))) {
          await batch.giveUp();
          break;
        }
        const heartbeatError = await this.#process(batch, messages, from, to);
        batch.advance(batch.offsetOf(to - 1) + 1);
        box.add("inHand", from - to);
        inHand -= to - from;
        // Only now: the chunk was committed, so nobody else would ever have processed the rest of it.
        if (heartbeatError !== undefined) throw heartbeatError;
        if (this.#beatIsDue(epochMs())) await batch.heartbeat();
      }
    } finally {
      box.add("inHand", -inHand);
    }
  }

  /** Finds each record's place in the ledger, and marks it as fetched. */
  #identify(batch: Batch): Identified {
    const { bases, messages } = this.#order.layout;
    const { fetched } = this.#box.planes;
    const identity = { producer: 0, number: 0, sentAt: 0 };
    const indexes = new Uint32Array(batch.count);
    const sentAt = new Float64Array(batch.count);
    for (let place = 0; place < batch.count; place++) {
      const ours =
        this.#read(batch.valueOf(place), identity) && identity.number < (messages[identity.producer] ?? 0);
      if (!ours) {
        const where = `offset ${batch.offsetOf(place)} of partition ${batch.partition}`;
        throw new LossboundError(
          "HARNESS",
          `the record at ${where} of ${this.#order.topic} is none of this run's`,
        );
      }
      indexes[place] = bases[identity.producer]! + identity.number;
      sentAt[place] = identity.sentAt;
      fetched.mark(indexes[place]!);
    }
    return { indexes, sentAt };
  }

  async #commit(batch: Batch, { indexes }: Identified, from: number, to: number): Promise<boolean> {
    const box = this.#box;
    const { tried, covered } = box.planes;
    await this.places.reached("before-commit");
    for (let place = from; place < to; place++) tried.mark(indexes[place]!);
    const offset = batch.offsetOf(to - 1) + 1;
    const acknowledged = batch.commit(offset);
    await this.places.reached("in-commit");
    if (!(await acknowledged)) {
      box.add("commitsFailed", 1);
      this.#write({ event: "commit-failed", partition: batch.partition, offset });
      return false;
    }
    box.add("commitsAcknowledged", 1);
    for (let place = from; place < to; place++) covered.mark(indexes[place]!);
    await this.places.reached("after-commit");
    return true;
  }

  /** Processes a committed chunk to its end, whatever the group does meanwhile; returns what a heartbeat threw. */
  async #process(batch: Batch, { indexes, sentAt }: Identified, from: number, to: number): Promise<unknown> {
    const box = this.#box;
    const { covered, beganUncovered, began, beganAgain, ended, endedAgain } = box.planes;
    const { handle } = this.#order.settings;
    let heartbeatError: unknown;
    let now = epochMs();
    for (let place = from; place < to; place++) {
      const index = indexes[place]!;
      // Looked at as it happens: a commit that comes later would hide it from the bits.
      if (!covered.has(index)) beganUncovered.mark(index);
      if (!began.mark(index)) beganAgain.mark(index);
      if (this.places.isHandlingPlace(place - from + 1, to - from)) await this.places.standStill();
      if (handle > 0) await sleep(handle);
      if (!ended.mark(index)) endedAgain.mark(index);
      // A look at the clock takes longer than a handler that does nothing: those share one.
      if (handle > 0 || place % messagesPerLook === 0 || place === to - 1) {
        now = epochMs();
        box.set("processingUntil", now);
        if (heartbeatError === undefined && this.#beatIsDue(now)) {
          await batch.heartbeat().catch(async (error: unknown) => {
            heartbeatError = error;
            await this.places.held();
          });
        }
      }
      this.#recordLatency(now - sentAt[place]!);
    }
    return heartbeatError;
  }

  /** The client beats four times a session time-out; to ask it more often than needed costs as much as messages. */
  #beatIsDue(now: number): boolean {
    if (now - this.#askedToBeatAt < this.#order.settings.sessionTimeout / 8) return false;
    this.#askedToBeatAt = now;
    return true;
  }

  #recordLatency(latencyMs: number): void {
    const latencyUs = Math.max(0, Math.round(latencyMs * 1000));
    record(this.#box.histogram, latencyUs);
    if (latencyUs <= this.#latencyUsMax) return;
    this.#latencyUsMax = latencyUs;
    this.#box.set("latencyMax", latencyUs);
  }
}

interface Identified {
  /** Place of each record's message in the planes. */
  indexes: Uint32Array;
  /** When it was sent, milliseconds since 1970. */
  sentAt: Float64Array;
}
