import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { LossboundError, messageOf } from "../../base/errors.js";
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
  digestCount,
  digestsAt,
  magic,
  pendingNext,
  pendingRow,
  planeNames,
  sectionsAt,
  sectionsOf,
} from "./format.js";
import { digestOf, digestOfBit } from "./digest.js";
import { type ConnectionRecord, connectionsOf } from "./connections.js";
import { EvidenceError } from "../record/evidence-error.js";
import { readPending } from "./pending.js";
import { checkRequests, type ListedRequests } from "./requests.js";
import { checkSends, type ListedSends } from "./sends.js";

/** A black box, read and verified. Planes are read one at a time, because they are large. */
export interface BoxReading<Kind extends BoxKind> extends AsyncDisposable {
  readonly path: string;
  readonly description: BoxDescription;
  readonly counter: (name: CounterName<Kind>) => number;
  readonly ticks: () => Promise<Float64Array>;
  readonly histogram: () => Promise<Float64Array>;
  /** The rows of its requests, and how many it has. */
  readonly requests: () => Promise<ListedRequests>;
  /** The rows of its sends, and how many it has. */
  readonly sends: () => Promise<ListedSends>;
  /** Its connections, in the order of opening. */
  readonly connections: () => Promise<ConnectionRecord[]>;
  /** Reads one plane into `words`, or into a new array, and checks its bits against its counter. */
  readonly plane: (name: PlaneName<Kind>, words?: Uint32Array) => Promise<Uint32Array>;
}

/** The properties that a box must have, according to the plan and the record of the run. */
export interface ExpectedBox<Kind extends BoxKind> {
  kind: Kind;
  runId: string;
  worker: number;
  life: number;
  bits: number;
  /** Whether the life was killed, which may have cut its last store in two. */
  killed: boolean;
}

/**
 * Opens and checks a black box.
 *
 * @throws EvidenceError if it is damaged or is not the expected box;
 *   LossboundError `INPUT` if the file cannot be read.
 */
export async function readBox<Kind extends BoxKind>(
  path: string,
  expected: ExpectedBox<Kind>,
): Promise<BoxReading<Kind>> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new LossboundError("INPUT", `cannot read the black box ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  try {
    const header = Buffer.from(new ArrayBuffer(sectionsAt));
    await readWhole(file, path, 0, header);
    const description = readDescription(path, header);
    compareWith(expected, description, path);
    const sections = sectionsOf(description);
    const { size } = await file.stat();
    if (size !== sections.fileLength) {
      throw new EvidenceError(
        "black-box",
        `${path}: expected ${sections.fileLength} bytes for its kind of box, got ${size}`,
      );
    }
    const counters = new Float64Array(header.buffer, countersAt, counterCount);
    const counter = counterReader(path, expected.kind, counters);
    const digests = digestsFrom(path, expected.kind, new Uint32Array(header.buffer, digestsAt, digestCount));
    checkPending(path, expected, counter);
    if (expected.kind === "producer") checkNext(path, counter);
    const seriesOf = async (section: Section): Promise<Float64Array> => {
      const series = new Float64Array(section.length);
      await readWhole(file, path, section.at, Buffer.from(series.buffer));
      return series;
    };
    return {
      path,
      description,
      counter,
      ticks: () => seriesOf(sections.ticks),
      histogram: async () => countsOnly(path, await seriesOf(sections.histogram)),
      requests: async () => {
        const { at, length } = sections.requests;
        const words = new Uint32Array(length);
        await readWhole(file, path, at, Buffer.from(words.buffer));
        return checkRequests(path, words, counter);
      },
      sends: async () => {
        const { at, length } = sections.sends;
        const words = new Uint32Array(length);
        await readWhole(file, path, at, Buffer.from(words.buffer));
        return checkSends(path, words, { ...expected, counter, firstNumber: description.firstNumber });
      },
      connections: async () =>
        connectionsOf(path, await seriesOf(sections.connections), {
          opened: counter("connectionsOpened"),
          killed: expected.killed,
        }),
      plane: async (name, words) => {
        const plane = planeNames[expected.kind].findIndex((planeName) => planeName === name);
        const { at, length } = sections.planes[plane]!;
        const read = words?.subarray(0, length) ?? new Uint32Array(length);
        await readWhole(file, path, at, Buffer.from(read.buffer, read.byteOffset, read.byteLength));
        checkBits({ path, name, plane, words: read, digest: digests[plane]! }, counter);
        return read;
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
    throw new EvidenceError("black-box", `${path}: not a black box`);
  }
  if (header.readUInt32LE(checksumAt) !== crc32(header.subarray(checkedFrom, countersAt))) {
    throw new EvidenceError("black-box", `${path}: the header does not match its checksum`);
  }
  const length = header.readUInt32LE(checkedFrom);
  try {
    const description: unknown = JSON.parse(header.toString("utf8", descriptionAt, descriptionAt + length));
    if (typeof description === "object" && description !== null) return description as BoxDescription;
  } catch {
    // Reported below.
  }
  throw new EvidenceError("black-box", `${path}: the header does not describe a life`);
}

function compareWith(expected: ExpectedBox<BoxKind>, found: BoxDescription, path: string): void {
  const wanted = { format: 2, ...expected };
  for (const key of ["format", "kind", "runId", "worker", "life", "bits"] as const) {
    if (found[key] !== wanted[key]) {
      throw new EvidenceError("black-box", `${path}: expected ${key} "${wanted[key]}", got "${found[key]}"`);
    }
  }
}

function counterReader(path: string, kind: BoxKind, counters: Float64Array): (name: string) => number {
  const names = countersOf(kind);
  for (let index = 0; index < counterCount; index++) {
    const value = counters[index]!;
    const sane = index < names.length ? Number.isFinite(value) && value >= 0 : value === 0;
    if (!sane) {
      throw new EvidenceError(
        "bits-against-counters",
        `${path}: counter ${names[index] ?? index} is ${value}, which is impossible`,
      );
    }
  }
  return (name) => counters[names.indexOf(name)]!;
}

function digestsFrom(path: string, kind: BoxKind, digests: Uint32Array): Uint32Array {
  const stray = digests.findIndex((digest, plane) => plane >= planeNames[kind].length && digest !== 0);
  if (stray !== -1)
    throw new EvidenceError(
      "bits-against-counters",
      `${path}: plane ${stray} has a digest, but this kind of box has no such plane`,
    );
  return digests;
}

/** Checks that only a kill cut a store in two, and that the store is one that a life makes. */
function checkPending(
  path: string,
  { kind, bits, killed }: ExpectedBox<BoxKind>,
  counter: (name: string) => number,
): void {
  const pending = readPending(counter("pending"));
  if (pending === undefined) return;
  if (!killed) {
    throw new EvidenceError(
      "bits-against-counters",
      `${path}: a store was cut in two, although the life was not killed`,
    );
  }
  const planes = planeNames[kind].length;
  const isBit = pending.target >= 0 && pending.target < planes && pending.value < bits;
  const isNext = kind === "producer" && pending.target === pendingNext && pending.value <= bits;
  const isRow = kind === "producer" && pending.target === pendingRow;
  if (!Number.isInteger(pending.value) || !(isBit || isNext || isRow)) {
    throw new EvidenceError(
      "bits-against-counters",
      `${path}: pending is ${counter("pending")}, which no store of a life leaves behind`,
    );
  }
}

/** Checks that the twins are equal, unless a kill fell between their stores in `moveNext`. */
function checkNext(path: string, counter: (name: string) => number): void {
  const [next, again] = [counter("next"), counter("nextAgain")];
  const pending = readPending(counter("pending"));
  const cutHere = pending?.target === pendingNext && next === pending.value && again < next;
  if (next !== again && !cutHere) {
    throw new EvidenceError(
      "lives-continue",
      `${path}: "next" is ${next}, but its copy "nextAgain" is ${again}`,
    );
  }
}

interface PlaneReading {
  path: string;
  name: string;
  plane: number;
  words: Uint32Array;
  digest: number;
}

/**
 * Checks a plane: only the bit that `pending` names may be ahead of counter and digest. See
 * `Plane.mark`.
 */
function checkBits(
  { path, name, plane, words, digest }: PlaneReading,
  counter: (name: string) => number,
): void {
  const pending = readPending(counter("pending"));
  const ahead = pending?.target === plane && hasBit(words, pending.value) ? pending.value : undefined;

  const [set, counted] = [countBits(words), counter(name)];
  if (set !== counted && !(ahead !== undefined && set === counted + 1)) {
    throw new EvidenceError(
      "bits-against-counters",
      `${path}: the counter of plane "${name}" is ${counted}, but the number of bits set is ${set}`,
    );
  }
  const whole = digestOf(words);
  if (digest !== whole && !(ahead !== undefined && digest === (whole - digestOfBit(ahead)) >>> 0)) {
    throw new EvidenceError(
      "bits-against-counters",
      `${path}: the bits of plane "${name}" do not match their digest`,
    );
  }
}

function countsOnly(path: string, histogram: Float64Array): Float64Array {
  const wrong = histogram.find((count) => !Number.isSafeInteger(count) || count < 0);
  if (wrong !== undefined)
    throw new EvidenceError(
      "black-box",
      `${path}: a bucket of the histogram is ${wrong}, which is impossible`,
    );
  return histogram;
}

async function readWhole(file: FileHandle, path: string, at: number, into: Buffer): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file
      .read(into, done, into.length - done, at + done)
      .catch((error: unknown) => {
        throw new LossboundError("INPUT", `cannot read the black box ${path}: ${messageOf(error)}`, {
          cause: error,
        });
      });
    if (bytesRead === 0) {
      throw new EvidenceError(
        "black-box",
        `${path}: the file ends after ${at + done} bytes, in the middle of a section`,
      );
    }
    done += bytesRead;
  }
}
