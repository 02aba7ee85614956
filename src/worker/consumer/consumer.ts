import { epochMs } from "../../base/clock.js";
import { LossboundError, messageOf } from "../../base/errors.js";
import { within } from "../../base/wait.js";
import type { Batch, ConsumerClient, TransactionalClient } from "../../kafka/driver.js";
import { messageReader, numberedReader } from "../../kafka/message.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import type { Chunk } from "./chunk.js";
import { atLeastOnce } from "./at-least-once.js";
import { atMostOnce } from "./at-most-once.js";
import { EffectivelyOnce } from "./effectively-once.js";
import { Handling } from "./handling.js";
import type { ConsumerOrder } from "../order.js";
import { Places } from "./places.js";
import type { Steps, Work } from "./steps.js";

export interface ConsumerClients {
  group: ConsumerClient;
  /** Returns a client for this transactional id, which it has not taken yet. */
  transactional(id: string): TransactionalClient;
}

/**
 * The part of a consumer that is the same under every guarantee: it takes batches, finds their
 * messages in the ledger, and deals with one chunk after the other. The steps of the guarantee
 * handle each chunk.
 */
export class Consumer {
  /** The places at which it can be made to stand still. */
  readonly places: Places;
  readonly #order: ConsumerOrder;
  readonly #box: BlackBox<"consumer">;
  readonly #write: EventWriter;
  readonly #clients: ConsumerClients;
  readonly #handling: Handling;
  readonly #steps: Steps;
  readonly #read: ReturnType<typeof messageReader>;
  /** Batches in progress. */
  readonly #underWay = new Set<Promise<void>>();
  #ending = false;

  constructor(order: ConsumerOrder, clients: ConsumerClients, box: BlackBox<"consumer">, write: EventWriter) {
    this.#order = order;
    this.#clients = clients;
    this.#box = box;
    this.#write = write;
    this.places = new Places(box, write);
    this.#handling = new Handling(order, box, this.places);
    this.#steps = stepsOf({ order, box, write, places: this.places, handling: this.#handling }, clients);
    this.#read = order.commanded ? numberedReader() : messageReader(order.runId);
  }

  /**
   * Joins the group. The client must be connected.
   *
   * @param onContradiction called when the evidence contradicts itself; the consumer cannot
   *   continue then.
   */
  async start(onContradiction: (error: LossboundError) => void): Promise<void> {
    await this.#clients.group.start({
      onBatch: async (batch) => {
        const taken = this.take(batch);
        this.#underWay.add(taken);
        try {
          await taken;
        } catch (error) {
          // The client retries any error, but contradictory evidence would stay the same.
          if (error instanceof LossboundError && error.code === "HARNESS") onContradiction(error);
          throw error;
        } finally {
          this.#underWay.delete(taken);
        }
      },
      onRebalancing: () => this.places.rebalancing(),
      onAssigned: (partitions) => {
        this.places.joined();
        this.#steps.onAssigned?.(partitions);
        this.#box.set("assigned", partitions.length);
        this.#box.add("joins", 1);
        this.#write({ event: "assigned", partitions });
      },
    });
  }

  /**
   * Ends in order: finishes the chunks in hand, then leaves the group. After the limit it gives up,
   * and records that in the black box.
   */
  async end(limitMs: number): Promise<void> {
    this.#ending = true;
    try {
      await within("the consumer to leave its group", this.#leave(), limitMs);
    } catch (error) {
      this.#box.set("gaveUp", 1);
      this.#write({ event: "end-given-up", inHand: this.#box.get("inHand"), why: messageOf(error) });
    }
  }

  async #leave(): Promise<void> {
    // First wait for these, while the client runs: a stopping client commits nothing.
    await Promise.allSettled(this.#underWay);
    await this.#clients.group.stop();
    await this.#steps.end?.();
  }

  async take(batch: Batch): Promise<void> {
    if (this.#ending) return;
    const box = this.#box;
    const { commitEvery } = this.#order.settings;
    const messages = this.#identify(batch);
    let inHand = batch.count;
    box.add("inHand", inHand);
    try {
      const first = await this.#firstOf(batch);
      if (first === undefined) return;
      for (let from = first; from < batch.count; from += commitEvery) {
        if (this.#ending || !batch.isCurrent()) break;
        const to = Math.min(from + commitEvery, batch.count);
        const chunk = { batch, ...messages, from, to };
        const { done, heartbeatError } = await this.#steps
          .deal(chunk)
          .finally(() => this.#abandonRest(chunk));
        if (done) {
          batch.advance(batch.offsetOf(to - 1) + 1);
          box.add("inHand", from - to);
          inHand -= to - from;
        } else {
          await batch.giveUp();
        }
        // Thrown only now, because a change in the group must not affect a chunk in progress.
        if (heartbeatError !== undefined) throw heartbeatError;
        if (!done) break;
        if (this.#handling.beatIsDue(epochMs())) await batch.heartbeat();
      }
    } finally {
      box.add("inHand", -inHand);
    }
  }

  /**
   * Marks messages without an ended handler as given up, so that they do not count as lost with the
   * process.
   */
  #abandonRest({ indexes, from, to }: Chunk): void {
    const { ended, abandoned } = this.#box.planes;
    for (let index = from; index < to; index++) {
      if (!ended.has(indexes[index]!)) abandoned.mark(indexes[index]!);
    }
  }

  /**
   * Returns the index of the first record to deal with, or `undefined` if the batch cannot be
   * handled now.
   */
  async #firstOf(batch: Batch): Promise<number | undefined> {
    if (this.#steps.beginAt === undefined) return 0;
    // `beginAt` may take over the partition, which is another member's if the batch is outdated.
    if (!batch.isCurrent()) return undefined;
    const offset = await this.#steps.beginAt(batch);
    if (offset === undefined || !batch.isCurrent()) return undefined;
    let first = 0;
    while (first < batch.count && batch.offsetOf(first) < offset) first++;
    if (first > 0) batch.advance(batch.offsetOf(first - 1) + 1);
    return first;
  }

  /** Finds the index of each record's message in the ledger, and marks it as fetched. */
  #identify(batch: Batch): Pick<Chunk, "indexes" | "sentAt"> {
    const { bases, messages } = this.#order.layout;
    const { fetched } = this.#box.planes;
    const identity = { producer: 0, number: 0, sentAt: 0 };
    const indexes = new Uint32Array(batch.count);
    const sentAt = new Float64Array(batch.count);
    for (let index = 0; index < batch.count; index++) {
      const ours =
        this.#read(batch.valueOf(index), identity) && identity.number < (messages[identity.producer] ?? 0);
      if (!ours) {
        const where = `offset ${batch.offsetOf(index)} of partition ${batch.partition}`;
        throw new LossboundError(
          "HARNESS",
          `the record at ${where} of topic "${this.#order.topic}" does not belong to this run`,
        );
      }
      indexes[index] = bases[identity.producer]! + identity.number;
      sentAt[index] = identity.sentAt;
      fetched.mark(indexes[index]!);
    }
    return { indexes, sentAt };
  }
}

function stepsOf(work: Work, clients: ConsumerClients): Steps {
  switch (work.order.guarantee) {
    case "at-most-once":
      return atMostOnce(work);
    case "at-least-once":
      return atLeastOnce(work);
    case "effectively-once":
      return new EffectivelyOnce(work, clients);
  }
}
