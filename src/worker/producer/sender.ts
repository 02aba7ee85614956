import { epochMs } from "../../base/clock.js";
import type { OutgoingRecord, ProducerClient } from "../../kafka/driver.js";
import { messageWriter } from "../../kafka/message.js";
import { type BlackBox, listSend, moveNext, settleSend } from "../../ledger/box/black-box.js";
import { partitionOf } from "../../plan/layout.js";
import { messagesPerSend } from "../../plan/schedule.js";
import type { ProducerOrder } from "../order.js";

export interface Sender {
  /** Below this number every message was handed to the client. */
  readonly next: number;
  /**
   * Hands every message below `upTo` that was not sent yet to the client, in one send. Resolves,
   * whatever became of it, when the client has said so and the outcome is marked.
   */
  send(upTo: number): Promise<void>;
  /** The next message that is sent will have a value of so many bytes. */
  enlargeNext(bytes: number): void;
}

export interface SenderOrder extends Pick<ProducerOrder, "runId" | "topic" | "partitions" | "guarantee"> {
  settings: Pick<ProducerOrder["settings"], "size" | "retries">;
}

/** What one send takes. */
interface Parcel {
  values: readonly Buffer[];
  records: OutgoingRecord[];
}

/** A part of a parcel that the client is given as one: the messages `first`, `first + step`, … below `to`. */
interface Share {
  records: OutgoingRecord[];
  first: number;
  step: number;
  to: number;
}

/**
 * Hands one producer's messages to the client, each once, and writes down in the black box what
 * becomes of them. The number moves *before* the client is called, so that a message is never sent
 * by two lives; the price is that one on the brink of a SIGKILL may be sent by none.
 *
 * Where the client sends again what failed, it is given each partition's records by themselves: one
 * send to several brokers that fails at one of them is tried again with the leaders of that moment,
 * and kafkajs then takes what has moved to a broker that answered for stored.
 */
export function openSender(order: SenderOrder, box: BlackBox<"producer">, client: ProducerClient): Sender {
  const { topic, partitions, guarantee } = order;
  const { size, retries } = order.settings;
  const { worker, firstNumber } = box.description;
  const writeValues = messageWriter(order.runId, worker, size);
  const enlarged: number[] = [];
  let next = firstNumber;
  /** Of the latest send that was accepted. */
  let spare: Parcel | undefined;

  /** Fresh memory would cost more than all marks together, so a parcel of the right length is filled anew. */
  const pack = (from: number, to: number, sentAt: number): Parcel => {
    const again = spare?.values.length === to - from ? spare : undefined;
    spare = undefined;
    const values = writeValues(from, to, sentAt, again?.values);
    const records = again?.records ?? values.map((value) => ({ value, partition: 0 }));
    for (let place = 0; place < records.length; place++) {
      records[place]!.partition = partitionOf(from + place, worker, partitions);
    }
    return { values, records };
  };

  const sharesOf = ({ records }: Parcel, from: number, to: number): Share[] => {
    if (retries === 0) return [{ records, first: from, step: 1, to }];
    return Array.from({ length: Math.min(partitions, to - from) }, (_, place) => ({
      records: records.filter((_record, at) => at % partitions === place),
      first: from + place,
      step: partitions,
      to,
    }));
  };

  /** One send of the client: shares of one partition, or a whole parcel. */
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
    // The client counts on it that a send begins when the one before it is settled: see `idempotent`.
    if (guarantee === "effectively-once") {
      await deliverInTurn(shares);
      return settleSend(box, row, epochMs());
    }
    const accepted = await Promise.all(shares.map((share) => deliver([share])));
    settleSend(box, row, epochMs());
    // The client has copied it. What it threw may still be in use: a send can fail at one broker while
    // another's part of it waits.
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
 * Gives shares to the client when all before them are settled. What has waited meanwhile goes together,
 * each partition's as one send; the returned promise resolves when nothing waits any more.
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

/** The first of them, and those behind it up to a number of messages. */
function takeFrom(waiting: Share[], messagesMax: number): Share[] {
  let messages = 0;
  const beyond = waiting.findIndex(
    ({ records }, place) => (messages += records.length) > messagesMax && place > 0,
  );
  return waiting.splice(0, beyond === -1 ? waiting.length : beyond);
}

/** The header stays what it is. */
function enlarge(record: OutgoingRecord, bytes: number): void {
  const value = Buffer.alloc(bytes, ".");
  record.value.copy(value);
  record.value = value;
}
