import { epochMs } from "../../base/clock.js";
import type { OutgoingRecord, ProducerClient } from "../../kafka/driver.js";
import { messageWriter } from "../../kafka/message.js";
import { type BlackBox, listSend, moveNext, settleSend } from "../../ledger/box/black-box.js";
import { partitionOf } from "../../plan/layout.js";
import { messagesPerSend } from "../../plan/schedule.js";
import type { ProducerOrder } from "../order.js";

export interface Sender {
  /** Every message below this number was given to the client. */
  readonly next: number;
  /**
   * Gives all unsent messages below `upTo` to the client, in one send. Resolves when the client has
   * reported the outcome, good or bad, and the outcome is marked.
   */
  send(upTo: number): Promise<void>;
  /** Makes the next message that is sent have a value of this many bytes. */
  enlargeNext(bytes: number): void;
}

export interface SenderOrder extends Pick<ProducerOrder, "runId" | "topic" | "partitions" | "guarantee"> {
  settings: Pick<ProducerOrder["settings"], "size" | "retries">;
}

/** The content of one send. */
interface Parcel {
  values: readonly Buffer[];
  records: OutgoingRecord[];
}

/**
 * The part of a parcel that one call of the client takes: the messages `first`, `first + step`, …
 * below `to`.
 */
interface Share {
  records: OutgoingRecord[];
  first: number;
  step: number;
  to: number;
}

/**
 * Returns a sender that gives each of a producer's messages to the client once, and records the
 * outcome in the black box. The number advances *before* the call of the client, so that no two
 * lives send the same message. The price: a message that is about to be sent when SIGKILL hits may
 * never be sent.
 *
 * With retries, each partition's records go into a call of their own. If one call covers several
 * brokers and fails at one of them, kafkajs retries it with the partition leaders at that time. If
 * a partition has moved to a broker that had already answered, kafkajs then takes its records for
 * stored.
 */
export function openSender(order: SenderOrder, box: BlackBox<"producer">, client: ProducerClient): Sender {
  const { topic, partitions, guarantee } = order;
  const { size, retries } = order.settings;
  const { worker, firstNumber } = box.description;
  const writeValues = messageWriter(order.runId, worker, size);
  const enlarged: number[] = [];
  let next = firstNumber;
  /** The parcel of the latest accepted send. */
  let spare: Parcel | undefined;

  /**
   * Reuses a parcel of the right length, because fresh memory would cost more than all marks
   * together.
   */
  const pack = (from: number, to: number, sentAt: number): Parcel => {
    const again = spare?.values.length === to - from ? spare : undefined;
    spare = undefined;
    const values = writeValues(from, to, sentAt, again?.values);
    const records = again?.records ?? values.map((value) => ({ value, partition: 0 }));
    for (let index = 0; index < records.length; index++) {
      records[index]!.partition = partitionOf(from + index, worker, partitions);
    }
    return { values, records };
  };

  const sharesOf = ({ records }: Parcel, from: number, to: number): Share[] => {
    if (retries === 0) return [{ records, first: from, step: 1, to }];
    return Array.from({ length: Math.min(partitions, to - from) }, (_, share) => ({
      records: records.filter((_record, index) => index % partitions === share),
      first: from + share,
      step: partitions,
      to,
    }));
  };

  /** Makes one call of the client's send: for shares of one partition, or for a whole parcel. */
  const deliver = async (shares: readonly Share[]): Promise<boolean> => {
    const records = shares.length === 1 ? shares[0]!.records : shares.flatMap((share) => share.records);
    const outcome = await client.send(topic, records).then(
      () => "accepted" as const,
      () => "rejected" as const,
    );
    const plane = box.planes[outcome];
    for (const { first, step, to } of shares) {
      for (let number = first; number < to; number += step) plane.mark(number);
    }
    return outcome === "accepted";
  };
  const deliverInTurn = inTurn(deliver, messagesPerSend(size));

  const send = async (upTo: number): Promise<void> => {
    const sentAt = epochMs();
    const parcel = pack(next, upTo, sentAt);
    const bytes = enlarged.shift();
    if (bytes !== undefined) enlarge(parcel.records[0]!, bytes);
    const shares = sharesOf(parcel, next, upTo);
    const row = listSend(box, next, sentAt);
    next = upTo;
    moveNext(box, upTo);
    box.set("sendingUntil", sentAt);
    box.add("sends", 1);
    if (bytes !== undefined) box.add("oversized", 1);
    // The client requires that a send begins after the one before it has settled: see `idempotent`.
    if (guarantee === "effectively-once") {
      await deliverInTurn(shares);
      return settleSend(box, row, epochMs());
    }
    const accepted = await Promise.all(shares.map((share) => deliver([share])));
    settleSend(box, row, epochMs());
    // The client has copied an accepted parcel. It may still use one that it rejected: a send can
    // fail at one broker while the part for another broker waits.
    if (bytes === undefined && accepted.every(Boolean)) spare = parcel;
  };

  return {
    get next() {
      return next;
    },
    send,
    enlargeNext: (bytes) => enlarged.push(bytes),
  };
}

/**
 * Returns a function that gives shares to the client after all earlier ones have settled. Shares
 * that waited meanwhile go together, one send per partition. The promise resolves when no share
 * waits any more.
 */
function inTurn(
  deliver: (shares: readonly Share[]) => Promise<boolean>,
  messagesMax: number,
): (shares: readonly Share[]) => Promise<void> {
  const waiting: Share[] = [];
  let turns: Promise<void> | undefined;
  const takeTurns = async (): Promise<void> => {
    while (waiting.length > 0) {
      const byPartition = new Map<number, Share[]>();
      for (const share of takeFrom(waiting, messagesMax)) {
        const { partition } = share.records[0]!;
        byPartition.set(partition, [...(byPartition.get(partition) ?? []), share]);
      }
      await Promise.all([...byPartition.values()].map(deliver));
    }
    turns = undefined;
  };
  return (shares) => {
    waiting.push(...shares);
    return (turns ??= takeTurns());
  };
}

/** Removes and returns the first share, and those after it up to `messagesMax` messages. */
function takeFrom(waiting: Share[], messagesMax: number): Share[] {
  let messages = 0;
  const beyond = waiting.findIndex(
    ({ records }, index) => (messages += records.length) > messagesMax && index > 0,
  );
  return waiting.splice(0, beyond === -1 ? waiting.length : beyond);
}

/** Enlarges a record's value and leaves its header as it is. */
function enlarge(record: OutgoingRecord, bytes: number): void {
  const value = Buffer.alloc(bytes, ".");
  record.value.copy(value);
  record.value = value;
}
