import { messageOf } from "../../base/errors.js";
import type {
  Batch,
  ConsumerClient,
  OutgoingRecord,
  Transaction,
  TransactionalClient,
} from "../../kafka/driver.js";
import { headerLength } from "../../kafka/message.js";
import { outputTopicOf } from "../order.js";
import type { Chunk } from "./chunk.js";
import { type Outcome, type Steps, type Work, markAll, offsetBehind } from "./steps.js";

/** What the steps need beside what every guarantee needs. */
export interface Transacting {
  /** A client under this transactional id, which it has not taken yet. */
  transactional(id: string): TransactionalClient;
  group: Pick<ConsumerClient, "position">;
}

/** A partition in hand: nobody else can commit in it any more. */
interface Held {
  client: TransactionalClient;
  /** The group's position when it was last read. Messages below it were dealt with. */
  position: number;
}

/**
 * Effectively-once: a handler's effect is a record in the output topic, and one transaction holds the
 * records of a chunk together with the offset behind it. Either both are there or neither.
 *
 * What makes this hold against a consumer that was taken for dead and comes back is the transactional
 * id. It belongs to the group and the partition, so whoever is assigned a partition takes the id, and
 * by that ends the transactions of whoever had it before. Only then is the group's position read, once
 * more: the one before may have committed after the client read it.
 */
export class EffectivelyOnce implements Steps {
  readonly #work: Work;
  readonly #transacting: Transacting;
  /** The latest assignment, by partition. `undefined`: it is not held. */
  #held = new Map<number, Promise<Held | undefined>>();

  constructor(work: Work, transacting: Transacting) {
    this.#work = work;
    this.#transacting = transacting;
  }

  onAssigned(partitions: readonly number[]): void {
    const before = [...this.#held.values()];
    this.#held = new Map(partitions.map((partition) => [partition, this.#take(partition)]));
    void Promise.all(before.map(letGo));
  }

  async beginAt(batch: Batch): Promise<number | undefined> {
    const { partition } = batch;
    // It could not be taken when it was assigned, or a transaction has failed since.
    const held = (await this.#held.get(partition)) ?? (await this.#takeAnew(batch));
    if (held === undefined) return undefined;
    // A client whose position lay outside the log was sent back, and the position taken away: what it
    // was before says nothing of the records that are there now.
    if (batch.count > 0 && batch.offsetOf(0) < held.position)
      held.position = await this.#positionOf(partition);
    return held.position;
  }

  async deal(chunk: Chunk): Promise<Outcome> {
    const { batch } = chunk;
    const { box, write, handling } = this.#work;
    // Asked for now: when the handlers have ended it may be held anew, and this chunk be in the past.
    const holding = this.#held.get(batch.partition);
    const held = await holding;
    const mayGoOn = (): boolean => batch.isCurrent();
    const { ended, heartbeatError } = await handling.process(chunk, { mayGoOn, effectIsLater: true });
    if (!ended) return { done: false, heartbeatError };
    try {
      if (held === undefined) throw new Error(`partition ${batch.partition} is not held`);
      await this.#transact(chunk, held.client);
      return { done: true, heartbeatError };
    } catch (error) {
      box.add("commitsFailed", 1);
      const offset = offsetBehind(chunk);
      write({ event: "commit-failed", partition: batch.partition, offset, why: messageOf(error) });
      if (holding !== undefined) await this.#giveBack(batch.partition, holding);
      return { done: false, heartbeatError };
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.#held.values()].map(letGo));
  }

  async #transact(chunk: Chunk, client: TransactionalClient): Promise<void> {
    const { order, box, places, handling } = this.#work;
    const { batch, from, to } = chunk;
    const transaction = await client.begin();
    await orAbort(transaction, async () => {
      const records: OutgoingRecord[] = [];
      for (let place = from; place < to; place++)
        records.push(this.#effectOf(batch.valueOf(place)!, batch.partition));
      await transaction.send(outputTopicOf(order.topic), records);
      markAll(box.planes.tried, chunk);
      await transaction.sendOffset(order.groupId, order.topic, batch.partition, offsetBehind(chunk));
      await places.reached("before-commit");
    });
    const committed = transaction.commit();
    // Looked at below: it may fail while nobody looks.
    committed.catch(() => {});
    await places.reached("in-commit");
    await committed;
    markAll(box.planes.covered, chunk);
    box.add("commitsAcknowledged", 1);
    handling.tookEffect(chunk);
    await places.reached("after-commit");
  }

  /** A message's identity is all of it that the auditor asks for. */
  #effectOf(value: Buffer, partition: number): OutgoingRecord {
    return { value: value.subarray(0, headerLength), partition: partition % this.#work.order.partitions };
  }

  async #giveBack(partition: number, holding: Promise<Held | undefined>): Promise<void> {
    if (this.#held.get(partition) === holding) this.#held.set(partition, Promise.resolve(undefined));
    await letGo(holding);
  }

  /** Whoever is not a member any more leaves the id to whoever has the partition now. */
  async #takeAnew(batch: Batch): Promise<Held | undefined> {
    const { partition } = batch;
    const before = this.#held.get(partition);
    if (before === undefined) return undefined;
    await batch.confirmMembership();
    if (!batch.isCurrent() || this.#held.get(partition) !== before) return undefined;
    const taken = this.#take(partition);
    this.#held.set(partition, taken);
    return await taken;
  }

  async #take(partition: number): Promise<Held | undefined> {
    const { order, write } = this.#work;
    const client = this.#transacting.transactional(`${order.groupId}-${partition}`);
    try {
      await client.take();
      const position = await this.#positionOf(partition);
      write({ event: "taken", partition, position });
      return { client, position };
    } catch (error) {
      write({ event: "not-taken", partition, why: messageOf(error) });
      await client.disconnect().catch(() => {});
      return undefined;
    }
  }

  async #positionOf(partition: number): Promise<number> {
    return (await this.#transacting.group.position(partition)) ?? 0;
  }
}

async function letGo(held: Promise<Held | undefined>): Promise<void> {
  await (await held)?.client.disconnect().catch(() => {});
}

/** A transaction that is left open would hold back all who read what is committed. */
async function orAbort(transaction: Transaction, steps: () => Promise<void>): Promise<void> {
  try {
    await steps();
  } catch (error) {
    await transaction.abort().catch(() => {});
    throw error;
  }
}
