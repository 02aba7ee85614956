import { bucketCount } from "./histogram.js";
import { rowWords } from "./request-rows.js";
import { sendRowWords } from "./send-rows.js";

/**
 * The format of a black box: the file that one worker life leaves behind (or, of kind `scan` and
 * `output`, what the auditor saw in the log, and in that of the effects).
 *
 *     0      magic "LBBOX001"
 *     8      CRC-32 of bytes 12 to 1023
 *     12     length of the description
 *     16     the description, JSON: what the supervisor knew when it made the file
 *     1024   352 counters, float64, each written by the one writer of the file
 *     3840   64 digests, uint32, one a plane
 *     4096   the sections, in the order of `sectionsOf`
 *
 * Every number is in the machine's own byte order: a black box is read where it was written, or on a
 * machine of the same kind (x86-64 and arm64 agree).
 */
export const magic = "LBBOX001";
export const checksumAt = 8;
export const checkedFrom = 12;
export const descriptionAt = 16;
export const countersAt = 1024;
export const counterCount = 352;
export const digestsAt = 3840;
export const digestCount = 64;
export const sectionsAt = 4096;

/** What is fixed when a box is made. */
export interface BoxDescription {
  format: 2;
  kind: BoxKind;
  runId: string;
  /** Index of the worker among those of its role. */
  worker: number;
  /** Starts of this worker before this one. */
  life: number;
  /** Messages that the bits stand for (the producer's own, or all of the layout). */
  bits: number;
  /** Producer: the first number that this life may send. */
  firstNumber: number;
  /** Producer: room for so many entries of `next` over time. */
  ticks: number;
  /** Producer: room for so many rows of requests. */
  requests: number;
  /** Producer: room for so many rows of sends. */
  sends: number;
}

export type BoxKind = "producer" | "consumer" | "scan" | "output" | "follow";

/** How often a producer writes its next number down, in milliseconds. */
export const tickMs = 100;

/** Connections that one life can describe one by one; those beyond it count in the totals alone. */
export const connectionSlots = 4096;

/** What a life writes down of each connection, one float64 each. */
export const connectionFields = [
  "openedAt",
  "closedAt",
  "bytesWritten",
  "bytesFlushed",
  "requests",
  // Those of them that the broker answers.
  "answered",
  // Those of them that have no answer yet. Several can wait: a fetch, and the heartbeats beside it.
  "awaiting",
  "broker",
  // When it was dialled; `openedAt` is when the process heard that it was open, which may be late.
  "dialedAt",
] as const;
export const connectionStride = connectionFields.length;

export type ConnectionField = (typeof connectionFields)[number];

const fieldPlaces = Object.fromEntries(connectionFields.map((name, place) => [name, place])) as Record<
  ConnectionField,
  number
>;

/** Where a field of a connection stands in its section, in float64s. */
export function connectionPlace(connection: number, field: ConnectionField): number {
  return connection * connectionStride + fieldPlaces[field];
}

/**
 * The planes of bits of each kind of box. Each has a counter of the same name and a digest, kept by
 * separate stores, so that they and the bits check each other.
 */
export const planeNames = {
  producer: ["accepted", "rejected", "handed"],
  // `beganUncovered` is written as it happens: a commit that comes later would hide it from the others.
  // `abandoned`: the consumer was done with its chunk before its handler had ended. It tells what a consumer
  // gave up from what it had in hand when it died.
  consumer: [
    "fetched",
    "tried",
    "covered",
    "began",
    "beganAgain",
    "ended",
    "endedAgain",
    "beganUncovered",
    "abandoned",
  ],
  scan: ["stored", "storedAgain", "uncommitted"],
  output: ["output", "outputAgain"],
  follow: ["seen"],
} as const satisfies Record<BoxKind, readonly string[]>;

/**
 * What `pending` may name of a producer beside its planes: its next number, and the row of a request.
 * Their places come behind those of the planes.
 */
export const pendingNext = planeNames.producer.length;
export const pendingRow = pendingNext + 1;

export type PlaneName<Kind extends BoxKind> = (typeof planeNames)[Kind][number];

/**
 * Counters beside those of the planes. Each one answers a question.
 *
 * Evidence, which a fate or a count is made from, are `next`, `requestsListed`, `sendsListed`, `connectionsOpened` and `records` (and the
 * counters and digests of the planes): each has a second source that it is held against. All others are statistics: of the time
 * and the pace of a run, which nothing is concluded from.
 */
export const counterNames = {
  /** Which plane's which bit, or which `next`, is being stored right now? 0: none. See `Pending`. */
  shared: ["pending"],
  producer: [
    /** Below which number has every message been handed to the client? */
    "next",
    /** The same, stored apart: no bits check it. */
    "nextAgain",
    /** When did this life begin to send? Milliseconds since 1970. */
    "sendingSince",
    /** When did it last hand a message to the client? */
    "sendingUntil",
    /** How many entries of `next` over time are there? */
    "ticks",
    /** Did it end before everything had left the process, or, where it was asked to, before it had disconnected? 1: yes. */
    "gaveUp",
    /** How many calls of the client's send? */
    "sends",
    /** How many messages were made larger than the plan's size, on command? */
    "oversized",
    /** How many produce requests have a row? */
    "requestsListed",
    /** How many have none, because there was no room for it? */
    "requestsUnlisted",
    /** How many calls of the client's send have a row? */
    "sendsListed",
    /** How far behind its schedule did it fall at worst? Microseconds. */
    "lagMax",
    /** For how long did it not come to look at its schedule at worst? Milliseconds. */
    "stoodStillMax",
  ],
  consumer: [
    /** How many messages has it fetched and neither ended nor given up? */
    "inHand",
    /** How often has it joined its group? */
    "joins",
    /** How many partitions is it assigned? */
    "assigned",
    /** How many commits were acknowledged? */
    "commitsAcknowledged",
    /** How many were refused, failed, or stayed without an answer? */
    "commitsFailed",
    /** At which armed place does it stand still, waiting to be killed? 0: none; else the arm's number. */
    "standing",
    /** Did it end before it had dealt with what it had in hand and left its group? 1: yes. */
    "gaveUp",
    /** When did it last end a handler? Milliseconds since 1970. */
    "processingUntil",
    /** Which message took longest from its sending to the end of its handler? Microseconds. */
    "latencyMax",
  ],
  scan: [
    /** How many records are in the log? */
    "records",
  ],
  output: [
    /** How many records of committed transactions are in the log of the effects? */
    "records",
  ],
  follow: [],
  /** Of the sockets, for both roles of workers. */
  sockets: [
    "connectionsOpened",
    "connectionsClosed",
    // By a proxy; not those that its dead broker refused.
    "dialsRefused",
    "bytesWritten",
    "bytesFlushed",
    "requests",
    "answered",
  ],
} as const;

export type CounterName<Kind extends BoxKind> =
  | (typeof counterNames)["shared" | Kind][number]
  | (Kind extends "scan" | "output" | "follow" ? never : (typeof counterNames)["sockets"][number])
  | PlaneName<Kind>;

/** The counters of a kind of box in the order of their places. */
export function countersOf(kind: BoxKind): readonly string[] {
  const sockets = isWorker(kind) ? counterNames.sockets : [];
  return [...counterNames.shared, ...counterNames[kind], ...sockets, ...planeNames[kind]];
}

function isWorker(kind: BoxKind): boolean {
  return kind === "producer" || kind === "consumer";
}

export interface Section {
  name: string;
  /** Offset in the file, in bytes. */
  at: number;
  /** Length in elements of 8 bytes (series) or 4 bytes (rows, planes). */
  length: number;
}

export interface Sections {
  ticks: Section;
  connections: Section;
  histogram: Section;
  requests: Section;
  sends: Section;
  planes: Section[];
  /** Length of the whole file, in bytes. */
  fileLength: number;
}

/** Where each section of such a box lies. */
export function sectionsOf(
  description: Pick<BoxDescription, "kind" | "bits" | "ticks" | "requests" | "sends">,
): Sections {
  const worker = isWorker(description.kind);
  let at = sectionsAt;
  const place = (name: string, length: number, bytesEach: number): Section => {
    const section = { name, at, length };
    at += Math.ceil((length * bytesEach) / 8) * 8;
    return section;
  };
  return {
    ticks: place("ticks", description.ticks, 8),
    connections: place("connections", worker ? connectionSlots * connectionStride : 0, 8),
    histogram: place("histogram", worker ? bucketCount : 0, 8),
    requests: place("requests", description.requests * rowWords, 4),
    sends: place("sends", description.sends * sendRowWords, 4),
    planes: planeNames[description.kind].map((name) => place(name, Math.ceil(description.bits / 32), 4)),
    fileLength: at,
  };
}
