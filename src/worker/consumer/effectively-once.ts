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

/** The clients that these steps need in addition to `Work`. */
export interface Transacting {
  /** Returns a client for this transactional id, which it has not taken yet. */
  transactional(id: string): TransactionalClient;
  group: Pick<ConsumerClient, "position">;
}

/** A partition in hand: no other member can commit to it. */
interface Held {
  client: TransactionalClient;
  /** The group's position when it was last read. Messages below it are done. */
  position: number;
}

/**
 * Effectively-once: a handler's effect is a record in the output topic, and one transaction holds
 * the records of a chunk together with the offset behind it. Both become visible, or neither does.
 *
 * The transactional id guards against a consumer that was taken for dead and returns. The id
 * belongs to the group and the partition. The member that is assigned a partition takes the id,
 * which ends the transactions of its previous holder. Only then does it read the group's position
 * again, because the previous holder may have committed after the client first read it.
 */
export class EffectivelyOnce implements Steps {
  readonly #work: Work;
  readonly #transacting: Transacting;
  /** The latest assignment, by partition; `undefined` if the partition is not held. */
  #held = new Map<number, Promise<Held | undefined>>();

  constructor(work: Work, transacting: Transacting) {
    this.#work = work;
    this.#transacting = transacting;
  }

  onAssigned(partitions: readonly number[]): void {
    const before = [...this.#held.values()];
    this.#held = new Map(partitions.map((partition) => [partition, this.#take(partition)]));
    void Promise.all(before.map(disconnectHeld));
  }

  async beginAt(batch: Batch): Promise<number | undefined> {
    const { partition } = batch;
    // Taken again if that failed at the assignment, or if a transaction has failed since.
    const held = (await this.#held.get(partition)) ?? (await this.#retake(batch));
    if (held === undefined) return undefined;
    // A client whose position was outside the log was reset, and the position removed. The old
    // position says nothing about the records that are there now.
    if (batch.count > 0 && batch.offsetOf(0) < held.position)
      held.position = await this.#positionOf(partition);
    return held.position;
  }

  async deal(chunk: Chunk): Promise<Outcome> {
    const { batch } = chunk;
    const { box, write, handling } = this.#work;
    // Read now: by the time the handlers end, the partition may be held again and this chunk be
    // outdated.
    const holding = this.#held.get(batch.partition);
    const held = await holding;
    const mayContinue = (): boolean => batch.isCurrent();
    const { ended, heartbeatError } = await handling.process(chunk, { mayContinue, effectIsLater: true });
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
    await Promise.all([...this.#held.values()].map(disconnectHeld));
  }

  async #transact(chunk: Chunk, client: TransactionalClient): Promise<void> {
    const { order, box, places, handling } = this.#work;
    const { batch, from, to } = chunk;
    const transaction = await client.begin();
    await abortOnError(transaction, async () => {
      const records: OutgoingRecord[] = [];
      for (let index = from; index < to; index++)
        records.push(this.#effectOf(batch.valueOf(index)!, batch.partition));
      await transaction.send(outputTopicOf(order.topic), records);
      markAll(box.planes.tried, chunk);
      await transaction.sendOffset(order.groupId, order.topic, batch.partition, offsetBehind(chunk));
      await places.reached("before-commit");
    });
    const committed = transaction.commit();
    // Awaited below; until then a failure must not count as unhandled.
    committed.catch(() => {});
    await places.reached("in-commit");
    await committed;
    markAll(box.planes.covered, chunk);
    box.add("commitsAcknowledged", 1);
    handling.tookEffect(chunk);
    await places.reached("after-commit");
  }

  /** Returns the effect of a message. The auditor needs only the message's identity. */
  #effectOf(value: Buffer, partition: number): OutgoingRecord {
    return { value: value.subarray(0, headerLength), partition: partition % this.#work.order.partitions };
  }

  async #giveBack(partition: number, holding: Promise<Held | undefined>): Promise<void> {
    if (this.#held.get(partition) === holding) this.#held.set(partition, Promise.resolve(undefined));
    await disconnectHeld(holding);
  }

  /**
   * Takes the id again, unless this member has left: the id then belongs to the partition's new
   * member.
   */
  async #retake(batch: Batch): Promise<Held | undefined> {
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

async function disconnectHeld(held: Promise<Held | undefined>): Promise<void> {
  await (await held)?.client.disconnect().catch(() => {});
}

/**
 * Aborts on an error: an open transaction would block all consumers that read committed records.
 */
async function abortOnError(transaction: Transaction, steps: () => Promise<void>): Promise<void> {
  try {
    await steps();
  } catch (error) {
    await transaction.abort().catch(() => {});
    throw error;
  }
}
