import { LossboundError } from "../base/errors.js";
import { messageFinder } from "./message.js";

/** The messages that one produce request carries. */
export interface ProduceRequest {
  correlationId: number;
  /** How many of `numbers` are this request's. */
  count: number;
  /** The messages, partition by partition. Room that is used again: it holds until the next reading. */
  numbers: Uint32Array;
  /** Each partition that has a batch in it. */
  partitions: number[];
}

export const produceApiKey = 0;

/** Versions that are laid out alike. The client speaks up to 7. */
const versions = { from: 3, to: 8 };

/** Where things stand in a batch of records (magic 2), from its first byte on. */
const attributesAt = 21;
const recordCountAt = 57;
const recordsAt = 61;
const compressionMask = 7;

/**
 * Reads which messages of one producer a produce request carries, out of its own bytes, as the
 * protocol lays them out:
 *
 *     length int32, API key int16, version int16, correlation id int32, client id
 *     transactional id, acks int16, time-out int32
 *     topics: name, partitions: id int32, length int32, one batch: a header, then the records
 *     record: length, attributes int8, time, offset, key, value, headers; lengths and numbers varints
 *
 * The reader throws LossboundError `HARNESS` for a request that is not laid out so, and for a record
 * that is none of this producer's: what left the process could not be told any more.
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
      // Beyond the end of the request, for one.
      throw new LossboundError("HARNESS", "a produce request cannot be read", { cause: error });
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
  if (version < versions.from || version > versions.to) throw new Error(`its version is ${version}`);
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
    for (let place = 0; place < partitions; place++) {
      read.partitions.push(view.getInt32(at));
      const length = view.getInt32(at + 4);
      at += 8;
      readBatch(read, view, at, numberAt);
      at += length;
    }
  }
  if (at !== view.byteLength) throw new Error(`it ends at ${at} of ${view.byteLength} bytes`);
}

function readBatch(
  read: ProduceRequest,
  view: DataView,
  batchAt: number,
  numberAt: (view: DataView, at: number) => number,
): void {
  if ((view.getInt16(batchAt + attributesAt) & compressionMask) !== 0) throw new Error("it is compressed");
  const count = view.getInt32(batchAt + recordCountAt);
  makeRoom(read, read.count + count);
  const { numbers } = read;
  let place = read.count;
  let at = batchAt + recordsAt;
  for (const end = place + count; place < end; place++) {
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
    // Behind the attributes stand the time, the offset, and the length of a key that there is not: -1.
    let value = at + 1;
    while (view.getUint8(value++) > 127);
    while (view.getUint8(value++) > 127);
    if (view.getUint8(value++) !== 1) throw new Error("a record has a key");
    while (view.getUint8(value++) > 127);
    const number = numberAt(view, value);
    if (number < 0) throw new Error("a record is none of this producer's messages");
    numbers[place] = number;
    at = next;
  }
  read.count = place;
}

function makeRoom(read: ProduceRequest, count: number): void {
  if (count <= read.numbers.length) return;
  const larger = new Uint32Array(Math.max(count, 2 * read.numbers.length));
  larger.set(read.numbers.subarray(0, read.count));
  read.numbers = larger;
}

/** A text is as long as the int16 before it says; -1 stands for none. */
function behindText(view: DataView, at: number): number {
  return at + 2 + Math.max(0, view.getInt16(at));
}
