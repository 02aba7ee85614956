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

/**
 * Writes the values of one producer's messages, those from `from` to below `to` that are sent at one
 * moment: new ones, or over `again`, as many that this writer made before and nobody needs any more.
 */
export type MessageWriter = (
  from: number,
  to: number,
  sentAt: number,
  again?: readonly Buffer[],
) => readonly Buffer[];

/**
 * The values of a send lie one behind the other in one block of memory, all copies of a template:
 * what is left to write into each are two numbers.
 */
export function messageWriter(runId: string, producer: number, size: number): MessageWriter {
  const template = Buffer.alloc(size, ".");
  template.writeUInt32LE(magic);
  Buffer.from(runId, "hex").copy(template, runIdAt);
  template.writeUInt32LE(producer, producerAt);
  const blank = (count: number): Buffer[] => {
    const block = Buffer.from(new ArrayBuffer(count * size)).fill(template);
    return Array.from({ length: count }, (_, place) => block.subarray(place * size, (place + 1) * size));
  };
  return (from, to, sentAt, again) => {
    const values = again ?? blank(to - from);
    if (values.length === 0) return values;
    const view = new DataView(values[0]!.buffer);
    for (let place = 0; place < values.length; place++) {
      view.setFloat64(place * size + numberAt, from + place, true);
      view.setFloat64(place * size + sentAtAt, sentAt, true);
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

const numbered = /^(0|[1-9][0-9]{0,8})[.](0|[1-9][0-9]{0,14})$/u;
const numberedLengthMax = 25;

/**
 * Reads identities that a command has written: the number of its life, a dot, and the number of the
 * message there, in digits. When it was sent such a message does not say: `sentAt` is not a number.
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
 * Finds messages of one producer in bytes that hold them: gives the number of the message whose value
 * begins at a place, or -1 where none does.
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
