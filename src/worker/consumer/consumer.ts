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
  /** A client under this transactional id, which it has not taken yet. */
  transactional(id: string): TransactionalClient;
}

/**
 * What consumers do under every guarantee: they take batches, find their messages in the ledger, and
 * deal with one chunk after the other. What becomes of a chunk is the business of the guarantee's steps.
 */
export class Consumer {
  /** Where it can be told to stand still. */
  readonly places: Places;
  readonly #order: ConsumerOrder;
  readonly #box: BlackBox<"consumer">;
  readonly #write: EventWriter;
  readonly #clients: ConsumerClients;
  readonly #handling: Handling;
  readonly #steps: Steps;
  readonly #read: ReturnType<typeof messageReader>;
  /** Batches that it is dealing with. */
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
   * Joins the group, once its client is connected.
   *
   * @param onContradiction called when its evidence contradicts itself: there is no going on then.
   */
  async start(onContradiction: (error: LossboundError) => void): Promise<void> {
    await this.#clients.group.start({
      onBatch: async (batch) => {
        const taken = this.take(batch);
        this.#underWay.add(taken);
        try {
          await taken;
        } catch (error) {
          // The client tries everything again; evidence that contradicts itself would stay what it is.
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
   * An orderly end: the chunks in hand to their last step, and then out of the group. After the limit it
   * is given up, and the black box says so.
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
    // While the client still runs: one that is stopping commits nothing any more.
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
        // Only now: what the group does changes nothing about a chunk that is under way.
        if (heartbeatError !== undefined) throw heartbeatError;
        if (!done) break;
        if (this.#handling.beatIsDue(epochMs())) await batch.heartbeat();
      }
    } finally {
      box.add("inHand", -inHand);
    }
  }

  /** The chunk is out of hand: what has no ended handler by now is given up, and will not die with the process. */
  #abandonRest({ indexes, from, to }: Chunk): void {
    const { ended, abandoned } = this.#box.planes;
    for (let place = from; place < to; place++) {
      if (!ended.has(indexes[place]!)) abandoned.mark(indexes[place]!);
    }
  }

  /** From which place on a batch is to be dealt with; `undefined`: not at all, for now. */
  async #firstOf(batch: Batch): Promise<number | undefined> {
    if (this.#steps.beginAt === undefined) return 0;
    // To begin may mean to take the partition: it is another's when the batch is in the past.
    if (!batch.isCurrent()) return undefined;
    const offset = await this.#steps.beginAt(batch);
    if (offset === undefined || !batch.isCurrent()) return undefined;
    let first = 0;
    while (first < batch.count && batch.offsetOf(first) < offset) first++;
    if (first > 0) batch.advance(batch.offsetOf(first - 1) + 1);
    return first;
  }

  /** Finds each record's place in the ledger, and marks it as fetched. */
  #identify(batch: Batch): Pick<Chunk, "indexes" | "sentAt"> {
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
