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

/** Makes the values of one producer's messages. */
export function messageWriter(runId: string, producer: number, size: number): (number: number, sentAt: number) => Buffer {
  const template = Buffer.alloc(size, ".");
  template.writeUInt32LE(magic);
  Buffer.from(runId, "hex").copy(template, runIdAt);
  template.writeUInt32LE(producer, producerAt);
  return (number, sentAt) => {
    const value = Buffer.allocUnsafe(size);
    template.copy(value);
    value.writeDoubleLE(number, numberAt);
    value.writeDoubleLE(sentAt, sentAtAt);
    return value;
  };
}

/** Where a message's identity is read into: one object a reader, so that reading allocates nothing. */
export interface MessageIdentity {
  producer: number;
  number: number;
  sentAt: number;
}

/** Reads identities of one run's messages. The reader gives false for a value that is not of this run. */
export function messageReader(runId: string): (value: Buffer | null, into: MessageIdentity) => boolean {
  const id = Buffer.from(runId, "hex");
  const [id0, id1, id2, id3] = [id.readUInt32LE(0), id.readUInt32LE(4), id.readUInt32LE(8), id.readUInt32LE(12)];
  return (value, into) => {
    const ours =
      value !== null &&
      value.length >= headerLength &&
      value.readUInt32LE(0) === magic &&
      value.readUInt32LE(4) === id0 &&
      value.readUInt32LE(8) === id1 &&
      value.readUInt32LE(12) === id2 &&
      value.readUInt32LE(16) === id3;
    if (!ours) return false;
    into.producer = value.readUInt32LE(producerAt);
    into.number = value.readDoubleLE(numberAt);
    into.sentAt = value.readDoubleLE(sentAtAt);
    return true;
  };
}
