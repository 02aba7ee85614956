/**
 * The header at the start of every message's value, little-endian:
 *
 *     0   magic "LBM1"
 *     4   run id, 16 bytes
 *     20  producer index, uint32
 *     24  number of the message, float64 (exact below 2^53)
 *     32  time of sending, milliseconds since 1970, float64
 *     40  filler up to the size that the scenario asks for
 */
export const headerLength = 40;

const magic = Buffer.from("LBM1").readUInt32LE();
const runIdAt = 4;
const producerAt = 20;
const numberAt = 24;
const sentAtAt = 32;

/** Makes the values of one producer's messages, those from `from` to below `to` that are sent at one moment. */
export type MessageWriter = (from: number, to: number, sentAt: number) => Buffer[];

/**
 * The values of a send lie in one block of memory, which is made by copying a template over and
 * over: what differs between them is the number alone.
 */
export function messageWriter(runId: string, producer: number, size: number): MessageWriter {
  const template = Buffer.alloc(size, ".");
  template.writeUInt32LE(magic);
  Buffer.from(runId, "hex").copy(template, runIdAt);
  template.writeUInt32LE(producer, producerAt);
  return (from, to, sentAt) => {
    template.writeDoubleLE(sentAt, sentAtAt);
    const block = new ArrayBuffer((to - from) * size);
    Buffer.from(block).fill(template);
    const view = new DataView(block);
    const values: Buffer[] = [];
    for (let at = 0; at < block.byteLength; at += size) {
      view.setFloat64(at + numberAt, from + values.length, true);
      values.push(Buffer.from(block, at, size));
    }
    return values;
  };
}

/** Where a message's identity is read into: one object a reader, so that reading allocates nothing. */
export interface MessageIdentity {
  producer: number;
  number: number;
  sentAt: number;
}

/**
 * Reads identities of one run's messages. The reader gives false for a value that is not of this run.
 *
 * Every message that is received goes through it, so it takes the bytes itself: Buffer's own methods
 * take three times as long. (The doubles come out right where the machine is little-endian too, as
 * x86-64 and arm64 are.)
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

function uint32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
