import { LossboundError } from "../base/errors.js";
import { messageFinder } from "./message.js";

/** The messages that one produce request carries. */
export interface ProduceRequest {
  correlationId: number;
  /** How many entries of `numbers` belong to this request. */
  count: number;
  /** The message numbers, partition by partition. Reused: valid only until the next read. */
  numbers: Uint32Array;
  /** The partitions with a batch in this request. */
  partitions: number[];
}

export const produceApiKey = 0;

/** Versions with the same layout. kafkajs uses up to version 7. */
const versions = { from: 3, to: 8 };

/** Offsets of fields in a record batch (magic 2). */
const attributesAt = 21;
const recordCountAt = 57;
const recordsAt = 61;
const compressionMask = 7;

/**
 * Creates a reader for the messages of one producer in the bytes of a produce request, which has
 * this layout:
 *
 *     length int32, API key int16, version int16, correlation id int32, client id
 *     transactional id, acks int16, time-out int32
 *     topics: name, partitions: id int32, length int32, one batch: a header, then the records
 *     record: length, attributes int8, time, offset, key, value, headers; lengths and numbers varints
 *
 * The reader throws LossboundError `HARNESS` if the request has another layout, or a record of
 * another producer. Otherwise it would be unknown which messages left the process.
 */
export function produceRequestReader(
  runId: string,
  producer: number,
): (request: Uint8Array) => ProduceRequest {
  const numberAt = messageFinder(runId, producer);
  const read: ProduceRequest = {
    correlationId: 0,
    count: 0,
    numbers: new Uint32Array(1024),
    partitions: [],
  };
  return (request) => {
    const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
    try {
      readInto(read, view, numberAt);
    } catch (error) {
      // For example, a read beyond the end of the request.
      throw new LossboundError("HARNESS", "cannot parse a produce request", { cause: error });
    }
    return read;
  };
}

function readInto(
  read: ProduceRequest,
  view: DataView,
  numberAt: (view: DataView, at: number) => number,
): void {
  const version = view.getInt16(6);
  if (version < versions.from || version > versions.to) throw new Error(`unsupported version ${version}`);
  read.correlationId = view.getInt32(8);
  read.count = 0;
  read.partitions = [];
  let at = behindText(view, 12);
  at = behindText(view, at) + 2 + 4;
  const topics = view.getInt32(at);
  at += 4;
  for (let topic = 0; topic < topics; topic++) {
    at = behindText(view, at);
    const partitions = view.getInt32(at);
    at += 4;
    for (let partition = 0; partition < partitions; partition++) {
      read.partitions.push(view.getInt32(at));
      const length = view.getInt32(at + 4);
      at += 8;
      readBatch(read, view, at, numberAt);
      at += length;
    }
  }
  if (at !== view.byteLength) throw new Error(`expected the end at byte ${at}, got ${view.byteLength} bytes`);
}

function readBatch(
  read: ProduceRequest,
  view: DataView,
  batchAt: number,
  numberAt: (view: DataView, at: number) => number,
): void {
  if ((view.getInt16(batchAt + attributesAt) & compressionMask) !== 0) throw new Error("compressed batch");
  const count = view.getInt32(batchAt + recordCountAt);
  makeRoom(read, read.count + count);
  const { numbers } = read;
  let index = read.count;
  let at = batchAt + recordsAt;
  for (const end = index + count; index < end; index++) {
    let length = view.getUint8(at++);
    if (length > 127) {
      length &= 127;
      for (let shift = 7; ; shift += 7) {
        const byte = view.getUint8(at++);
        length |= (byte & 127) << shift;
        if (byte < 128) break;
      }
    }
    const next = at + (length >>> 1);
    // After the attributes come the time, the offset and the key length, which is -1 without a key.
    let value = at + 1;
    while (view.getUint8(value++) > 127);
    while (view.getUint8(value++) > 127);
    if (view.getUint8(value++) !== 1) throw new Error("a record has a key");
    while (view.getUint8(value++) > 127);
    const number = numberAt(view, value);
    if (number < 0) throw new Error("a record is not a message of this producer");
    numbers[index] = number;
    at = next;
  }
  read.count = index;
}

function makeRoom(read: ProduceRequest, count: number): void {
  if (count <= read.numbers.length) return;
  const larger = new Uint32Array(Math.max(count, 2 * read.numbers.length));
  larger.set(read.numbers.subarray(0, read.count));
  read.numbers = larger;
}

/** Returns the offset after a string, whose length is the int16 before it; -1 means null. */
function behindText(view: DataView, at: number): number {
  return at + 2 + Math.max(0, view.getInt16(at));
}
