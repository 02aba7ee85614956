import { epochMs } from "../base/clock.js";
import type { OutgoingRecord, ProducerClient } from "../kafka/driver.js";
import { messageWriter } from "../kafka/message.js";
import { type BlackBox, moveNext } from "../ledger/black-box.js";
import { partitionOf } from "../plan/layout.js";
import type { ProducerOrder } from "./order.js";

/** The broker's default limit is 1,048,588 bytes a batch; above it a whole request is lost in silence. */
const bytesPerSendMax = 900_000;

/** What a record takes beside its value, at most. */
const recordOverhead = 90;

export interface Sender {
  /** Below this number every message was handed to the client. */
  readonly next: number;
  /** How many messages one send may take. */
  readonly perSendMax: number;
  /**
   * Hands every message below `upTo` that was not sent yet to the client, in one send. Resolves,
   * whatever became of it, when the client has said so and the outcome is marked.
   */
  send(upTo: number): Promise<void>;
}

/** What one send takes. */
interface Parcel {
  values: readonly Buffer[];
  records: OutgoingRecord[];
}

/**
 * Hands one producer's messages to the client, each once, and writes down in the black box what
 * becomes of them. The number moves *before* the client is called, so that a message is never sent
 * by two lives; the price is that one on the brink of a SIGKILL may be sent by none.
 */
export function openSender(
  order: Pick<ProducerOrder, "runId" | "topic" | "partitions" | "size">,
  box: BlackBox<"producer">,
  client: ProducerClient,
): Sender {
  const { topic, partitions, size } = order;
  const { worker, firstNumber } = box.description;
  const writeValues = messageWriter(order.runId, worker, size);
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

  const send = (upTo: number): Promise<void> => {
    const sentAt = epochMs();
    const parcel = pack(next, upTo, sentAt);
    const from = next;
    next = upTo;
    moveNext(box, upTo);
    box.set("sendingUntil", sentAt);
    box.add("sends", 1);
    const mark = (outcome: "accepted" | "rejected"): void => {
      const plane = box.planes[outcome];
      for (let number = from; number < upTo; number++) plane.mark(number);
    };
    return client.send(topic, parcel.records).then(
      () => {
        mark("accepted");
        // The client has copied it. What it threw may still be in use: a send can fail at one broker
        // while another's part of it waits.
        spare = parcel;
      },
      () => mark("rejected"),
    );
  };

  return {
    get next() {
      return next;
    },
    perSendMax: Math.max(1, Math.floor(bytesPerSendMax / (size + recordOverhead))),
    send,
  };
}
