import { closeSync, openSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

import { LossboundError } from "../../base/errors.js";
import {
  type BoxDescription,
  type BoxKind,
  type CounterName,
  type PlaneName,
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
import { emptyDigest } from "./digest.js";
import { type MappedFile, mapFile } from "./memory-map.js";
import { pendingCode } from "./pending.js";
import { Plane } from "./plane.js";
import { type RequestRow, fits, storeRow } from "./request-rows.js";
import { sendRowWords, storeSend, storeSettled } from "./send-rows.js";

/** A mapped black box. The worker writes it; the supervisor maps the same file read-only. */
export interface BlackBox<Kind extends BoxKind> extends Disposable {
  readonly description: BoxDescription;
  readonly planes: { readonly [Name in PlaneName<Kind>]: Plane };
  /** `next` over time, one entry every 100 ms. */
  readonly ticks: Float64Array;
  /** `connectionStride` numbers for each connection, in the order of opening. */
  readonly connections: Float64Array;
  readonly histogram: Float64Array;
  /** Rows of produce requests; see `RequestRow`. */
  readonly requests: Uint32Array;
  /** Rows of sends; see `SendRow`. */
  readonly sends: Uint32Array;
  get(counter: CounterName<Kind>): number;
  set(counter: CounterName<Kind>, value: number): void;
  add(counter: CounterName<Kind>, value: number): void;
}

/**
 * Creates the file of a life before the life begins. It writes zeros over the full length, so that
 * no later store can hit a full file system.
 *
 * @throws LossboundError `ENVIRONMENT` if the file cannot be created or the disk is full.
 */
export function createBox(path: string, description: BoxDescription): void {
  const { fileLength } = sectionsOf(description);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "wx", 0o600);
    const header = Buffer.concat([headerOf(description), countersAtBirth(description)]);
    writeWhole(descriptor, header, 0);
    const zeros = Buffer.alloc(1 << 20);
    for (let at = header.length; at < fileLength; at += zeros.length) {
      writeWhole(descriptor, zeros.subarray(0, Math.min(zeros.length, fileLength - at)), at);
    }
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write the black box ${path} (${fileLength} bytes)`, {
      cause: error,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * Advances a producer's next number and its twin. A reader can tell which one is right after any
 * kill.
 */
export function moveNext(box: BlackBox<"producer">, next: number): void {
  box.set("pending", pendingCode(pendingNext) + next);
  box.set("next", next);
  box.set("nextAgain", next);
  box.set("pending", 0);
}

/**
 * Stores the row of a request that is about to be handed to the kernel. If the section is full, it
 * only counts the request: should a broker refuse it, the messages in it stay unknown.
 */
export function listRequest(box: BlackBox<"producer">, row: RequestRow): void {
  const index = box.get("requestsListed");
  if (!fits(box.requests, index, row)) {
    box.add("requestsUnlisted", 1);
    return;
  }
  box.set("pending", pendingCode(pendingRow) + index);
  storeRow(box.requests, index, row);
  box.set("requestsListed", index + 1);
  box.set("pending", 0);
}

/**
 * Stores the row of a send that is about to be given to the client. Call it before `moveNext`, so
 * that no message counts as sent without its row.
 *
 * @returns the index of the row, for `settleSend`; `undefined` if the section is full.
 */
export function listSend(box: BlackBox<"producer">, first: number, at: number): number | undefined {
  const index = box.get("sendsListed");
  if ((index + 1) * sendRowWords > box.sends.length) return undefined;
  storeSend(box.sends, index, { first, at });
  box.set("sendsListed", index + 1);
  return index;
}

/** Stores the time at which the client reported the outcome of a send. */
export function settleSend(box: BlackBox<"producer">, index: number | undefined, at: number): void {
  if (index !== undefined) storeSettled(box.sends, index, at);
}

/** Maps a box that `createBox` made. The supervisor uses `access: "read"`. */
export function openBox<Kind extends BoxKind>(
  path: string,
  description: BoxDescription & { kind: Kind },
  access: "read" | "write",
): BlackBox<Kind> {
  const sections = sectionsOf(description);
  const map = mapFile(path, sections.fileLength, access);
  return viewOf(map, description, sections);
}

function viewOf<Kind extends BoxKind>(
  map: MappedFile,
  description: BoxDescription & { kind: Kind },
  sections: ReturnType<typeof sectionsOf>,
): BlackBox<Kind> {
  const { buffer } = map;
  const counters = new Float64Array(buffer, countersAt, counterCount);
  const digests = new Uint32Array(buffer, digestsAt, digestCount);
  const names = countersOf(description.kind);
  const indices = new Map(names.map((name, index) => [name, index]));
  const indexOf = (name: string): number => indices.get(name)!;
  const planes = planeNames[description.kind].map((name, plane) => {
    const section = sections.planes[plane]!;
    const words = new Uint32Array(buffer, section.at, section.length);
    return [
      name,
      new Plane(words, counters, digests, { counter: indexOf(name), pending: indexOf("pending"), plane }),
    ];
  });
  return {
    description,
    planes: Object.fromEntries(planes) as BlackBox<Kind>["planes"],
    ticks: new Float64Array(buffer, sections.ticks.at, sections.ticks.length),
    connections: new Float64Array(buffer, sections.connections.at, sections.connections.length),
    histogram: new Float64Array(buffer, sections.histogram.at, sections.histogram.length),
    requests: new Uint32Array(buffer, sections.requests.at, sections.requests.length),
    sends: new Uint32Array(buffer, sections.sends.at, sections.sends.length),
    get: (name) => counters[indexOf(name)]!,
    set: (name, value) => {
      counters[indexOf(name)] = value;
    },
    add: (name, value) => {
      const index = indexOf(name);
      counters[index] = counters[index]! + value;
    },
    [Symbol.dispose]: () => map[Symbol.dispose](),
  };
}

function headerOf(description: BoxDescription): Buffer {
  const header = Buffer.alloc(countersAt);
  const text = Buffer.from(JSON.stringify(description));
  header.write(magic, 0, "latin1");
  header.writeUInt32LE(text.length, checkedFrom);
  text.copy(header, descriptionAt);
  header.writeUInt32LE(crc32(header.subarray(checkedFrom)), checksumAt);
  return header;
}

/** A life that ends before its first send has sent exactly what the lives before it sent. */
function countersAtBirth({ kind, firstNumber }: BoxDescription): Buffer {
  const bytes = new ArrayBuffer(sectionsAt - countersAt);
  const counters = new Float64Array(bytes, 0, counterCount);
  if (kind === "producer") {
    for (const name of ["next", "nextAgain"]) counters[countersOf(kind).indexOf(name)] = firstNumber;
  }
  new Uint32Array(bytes, digestsAt - countersAt, planeNames[kind].length).fill(emptyDigest);
  return Buffer.from(bytes);
}

/** Writes all bytes: on a nearly full file system, one write may take only a part. */
function writeWhole(descriptor: number, bytes: Buffer, at: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, at + written);
  }
}
