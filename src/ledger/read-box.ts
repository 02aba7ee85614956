import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { LossboundError, messageOf } from "../base/errors.js";
import { countBits, hasBit } from "./bits.js";
import {
  type BoxDescription,
  type BoxKind,
  type CounterName,
  type PlaneName,
  type Section,
  checkedFrom,
  checksumAt,
  counterCount,
  countersAt,
  countersOf,
  descriptionAt,
  magic,
  planeNames,
  sectionsAt,
  sectionsOf,
} from "./box-format.js";
import { EvidenceError } from "./evidence.js";
import { pendingBit } from "./plane.js";

/** A black box read back, checked. Planes are read one at a time: they are what is large. */
export interface BoxReading<Kind extends BoxKind> extends AsyncDisposable {
  readonly path: string;
  readonly description: BoxDescription;
  readonly counter: (name: CounterName<Kind>) => number;
  readonly ticks: () => Promise<Float64Array>;
  readonly histogram: () => Promise<Float64Array>;
  /** The words of one plane; its bits were held against its counter. */
  readonly plane: (name: PlaneName<Kind>) => Promise<Uint32Array>;
}

/** What a box must be: what the plan and the run say of the life. */
export interface ExpectedBox<Kind extends BoxKind> {
  kind: Kind;
  runId: string;
  worker: number;
  life: number;
  bits: number;
  /** Whether the life was killed, so that its last store may have been cut in two. */
  killed: boolean;
}

/**
 * Opens and checks a black box.
 *
 * @throws EvidenceError where it is damaged or is not the box it should be;
 *   LossboundError `INPUT` where there is no such file.
 */
export async function readBox<Kind extends BoxKind>(
  path: string,
  expected: ExpectedBox<Kind>,
): Promise<BoxReading<Kind>> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new LossboundError("INPUT", `cannot read the black box ${path}: ${messageOf(error)}`, { cause: error });
  });
  try {
    const header = await readBytes(file, path, 0, sectionsAt);
    const description = readDescription(path, header);
    compareWith(expected, description, path);
    const sections = sectionsOf(description);
    const { size } = await file.stat();
    if (size !== sections.fileLength) {
      throw new EvidenceError("black-box", `${path} has ${size} bytes; a box of its kind has ${sections.fileLength}`);
    }
    const counters = new Float64Array(header.buffer.slice(header.byteOffset + countersAt, header.byteOffset + sectionsAt));
    const counter = counterReader(path, expected.kind, counters);
    const bytesOf = async (section: Section, bytesEach: number): Promise<ArrayBuffer> => {
      const bytes = await readBytes(file, path, section.at, section.length * bytesEach);
      return bytes.buffer as ArrayBuffer;
    };
    return {
      path,
      description,
      counter,
      ticks: async () => new Float64Array(await bytesOf(sections.ticks, 8)),
      histogram: async () => new Float64Array(await bytesOf(sections.histogram, 8)),
      plane: async (name) => {
        const plane = planeNames[expected.kind].findIndex((planeName) => planeName === name);
        const words = new Uint32Array(await bytesOf(sections.planes[plane]!, 4));
        checkBits({ path, name, plane, words, bits: expected.bits, killed: expected.killed }, counter);
        return words;
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readDescription(path: string, header: Buffer): BoxDescription {
  if (header.toString("latin1", 0, magic.length) !== magic) {
    throw new EvidenceError("black-box", `${path} does not begin as a black box does`);
  }
  if (header.readUInt32LE(checksumAt) !== crc32(header.subarray(checkedFrom, countersAt))) {
    throw new EvidenceError("black-box", `the header of ${path} does not match its checksum`);
  }
  const length = header.readUInt32LE(checkedFrom);
  return JSON.parse(header.toString("utf8", descriptionAt, descriptionAt + length)) as BoxDescription;
}

function compareWith(expected: ExpectedBox<BoxKind>, found: BoxDescription, path: string): void {
  for (const key of ["kind", "runId", "worker", "life", "bits"] as const) {
    if (found[key] !== expected[key]) {
      throw new EvidenceError("black-box", `${path} says ${key} ${found[key]}; the run says ${expected[key]}`);
    }
  }
}

function counterReader(path: string, kind: BoxKind, counters: Float64Array): (name: string) => number {
  const names = countersOf(kind);
  for (let place = 0; place < counterCount; place++) {
    const value = counters[place]!;
    const sane = place < names.length ? Number.isFinite(value) && value >= 0 : value === 0;
    if (!sane) {
      throw new EvidenceError("bits-against-counters", `${path}: counter ${names[place] ?? place} is ${value}`);
    }
  }
  return (name) => counters[names.indexOf(name)]!;
}

interface PlaneReading {
  path: string;
  name: string;
  plane: number;
  words: Uint32Array;
  bits: number;
  killed: boolean;
}

/** See `Plane.mark`: only the bit that `pending` names may be ahead of the counter, and only after a kill. */
function checkBits(read: PlaneReading, counter: (name: string) => number): void {
  const { path, name, words, bits, killed } = read;
  const pending = pendingBit(counter("pending"));
  if (pending !== undefined && !killed) {
    throw new EvidenceError("bits-against-counters", `${path}: a store was cut in two, though the life was not killed`);
  }
  const set = countBits(words);
  const counted = counter(name);
  const cutHere = pending?.plane === read.plane && pending.index < bits && hasBit(words, pending.index);
  if (set !== counted && !(cutHere && set === counted + 1)) {
    throw new EvidenceError("bits-against-counters", `${path}: ${set} bits say ${name}, its counter says ${counted}`);
  }
}

async function readBytes(file: FileHandle, path: string, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) {
      throw new EvidenceError("black-box", `${path} ends after ${at + done} bytes, in the middle of a section`);
    }
    done += bytesRead;
  }
  return bytes;
}
