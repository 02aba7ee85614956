/**
 * The header at the start of every message's value, little-endian:
 *
 *     0   magic "LBM1"
 *     4   run id, 16 bytes
 *     20  producer index, uint32
 *     24  message number, float64 (exact below 2^53)
 *     32  send time, milliseconds since 1970, float64
 *     40  padding up to the size that the scenario sets
 */
export const headerLength = 40;

const magic = Buffer.from("LBM1").readUInt32LE();
const runIdAt = 4;
const producerAt = 20;
const numberAt = 24;
const sentAtAt = 32;

/**
 * Writes the values of one producer's messages from `from` to below `to`, which are sent at one
 * moment. It reuses the buffers of `again` if given: the same number of values from this writer
 * that are no longer needed.
 */
export type MessageWriter = (
  from: number,
  to: number,
  sentAt: number,
  again?: readonly Buffer[],
) => readonly Buffer[];

/**
 * Creates a writer. The values of one send are contiguous in one block of memory and copied from a
 * template, so that only two numbers are left to write into each.
 */
export function messageWriter(runId: string, producer: number, size: number): MessageWriter {
  const template = Buffer.alloc(size, ".");
  template.writeUInt32LE(magic);
  Buffer.from(runId, "hex").copy(template, runIdAt);
  template.writeUInt32LE(producer, producerAt);
  const blank = (count: number): Buffer[] => {
    const block = Buffer.from(new ArrayBuffer(count * size)).fill(template);
    return Array.from({ length: count }, (_, index) => block.subarray(index * size, (index + 1) * size));
  };
  return (from, to, sentAt, again) => {
    const values = again ?? blank(to - from);
    if (values.length === 0) return values;
    const view = new DataView(values[0]!.buffer);
    for (let index = 0; index < values.length; index++) {
      view.setFloat64(index * size + numberAt, from + index, true);
      view.setFloat64(index * size + sentAtAt, sentAt, true);
    }
    return values;
  };
}

/** Receives the identity of a message. One object per reader, so that reading allocates nothing. */
export interface MessageIdentity {
  producer: number;
  number: number;
  sentAt: number;
}

/**
 * Creates a reader for the identities of one run's messages. The reader returns false for a value
 * that does not belong to the run.
 *
 * It handles every received message, so it assembles the bytes itself: Buffer's own methods take
 * three times as long. (The float64 values are correct only on little-endian machines, such as
 * x86-64 and arm64.)
 */
export function messageReader(runId: string): (value: Buffer | null, into: MessageIdentity) => boolean {
  const id = Buffer.from(runId, "hex");
  const [id0, id1, id2, id3] = [uint32At(id, 0), uint32At(id, 4), uint32At(id, 8), uint32At(id, 12)];
  const doubles = new Float64Array(2);
  const words = new Uint32Array(doubles.buffer);
  return (value, into) => {
    const ours =
      value !== null &&
      value.length >= headerLength &&
      uint32At(value, 0) === magic &&
      uint32At(value, 4) === id0 &&
      uint32At(value, 8) === id1 &&
      uint32At(value, 12) === id2 &&
      uint32At(value, 16) === id3;
    if (!ours) return false;
    for (let word = 0; word < 4; word++) words[word] = uint32At(value, numberAt + word * 4);
    into.producer = uint32At(value, producerAt);
    into.number = doubles[0]!;
    into.sentAt = doubles[1]!;
    return true;
  };
}

const numbered = /^(0|[1-9][0-9]{0,8})[.](0|[1-9][0-9]{0,14})$/u;
const numberedLengthMax = 25;

/**
 * Creates a reader for the messages of an external command: the number of the producer's life (the
 * `{prefix}` of docs/services.md), a dot, and the message number within that life, in digits. They
 * carry no send time, so `sentAt` is NaN.
 */
export function numberedReader(): (value: Buffer | null, into: MessageIdentity) => boolean {
  return (value, into) => {
    if (value === null || value.length > numberedLengthMax) return false;
    const found = numbered.exec(value.toString("latin1"));
    if (found === null) return false;
    into.producer = Number(found[1]);
    into.number = Number(found[2]);
    into.sentAt = Number.NaN;
    return true;
  };
}

/**
 * Creates a finder for the messages of one producer. It returns the number of the message whose
 * value begins at the given offset, or -1 if none does.
 */
export function messageFinder(runId: string, producer: number): (view: DataView, at: number) => number {
  const id = Buffer.from(runId, "hex");
  const [id0, id1, id2, id3] = [uint32At(id, 0), uint32At(id, 4), uint32At(id, 8), uint32At(id, 12)];
  return (view, at) => {
    const ours =
      view.byteLength >= at + headerLength &&
      view.getUint32(at, true) === magic &&
      view.getUint32(at + 4, true) === id0 &&
      view.getUint32(at + 8, true) === id1 &&
      view.getUint32(at + 12, true) === id2 &&
      view.getUint32(at + 16, true) === id3 &&
      view.getUint32(at + producerAt, true) === producer;
    return ours ? view.getFloat64(at + numberAt, true) : -1;
  };
}

function uint32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
