import { bucketCount } from "./histogram.js";
import { rowWords } from "./request-rows.js";
import { sendRowWords } from "./send-rows.js";

/**
 * The format of a black box: the file that one worker life leaves behind. An auditor writes one
 * too, of kind `scan` for the log, `output` for the log of the effects, and `follow` for the log as
 * it grows.
 *
 *     0      magic "LBBOX001"
 *     8      CRC-32 of bytes 12 to 1023
 *     12     length of the description
 *     16     the description, JSON: what the supervisor knew when it made the file
 *     1024   352 counters, float64, each written by the only writer of the file
 *     3840   64 digests, uint32, one per plane
 *     4096   the sections, in the order of `sectionsOf`
 *
 * All numbers are in the byte order of the machine. A box can be read on the machine that wrote it,
 * or on one with the same byte order (x86-64 and arm64 agree).
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

/** The part of a box that is fixed at its creation. */
export interface BoxDescription {
  format: 2;
  kind: BoxKind;
  runId: string;
  /** Index of the worker within its role. */
  worker: number;
  /** How often this worker had started before. */
  life: number;
  /** Number of messages that a plane has bits for: the producer's own, or all of the layout. */
  bits: number;
  /** Producer: the first message number that this life may send. */
  firstNumber: number;
  /** Producer: capacity for entries of `next` over time. */
  ticks: number;
  /** Producer: capacity for rows of requests. */
  requests: number;
  /** Producer: capacity for rows of sends. */
  sends: number;
}

export type BoxKind = "producer" | "consumer" | "scan" | "output" | "follow";

/** Interval at which a producer records its next number, in milliseconds. */
export const tickMs = 100;

/** Connections that one life can record individually; further ones count only in the totals. */
export const connectionSlots = 4096;

/** The fields that a life records for each connection, one float64 each. */
export const connectionFields = [
  "openedAt",
  "closedAt",
  "bytesWritten",
  "bytesFlushed",
  "requests",
  // Requests that the broker answers.
  "answered",
  // Requests still waiting for an answer. There can be several: a fetch, and heartbeats alongside
  // it.
  "awaiting",
  "broker",
  // Time of the dial. `openedAt` is when the process learned that it was open, which may be late.
  "dialedAt",
] as const;
export const connectionStride = connectionFields.length;

export type ConnectionField = (typeof connectionFields)[number];

const fieldIndices = Object.fromEntries(connectionFields.map((name, index) => [name, index])) as Record<
  ConnectionField,
  number
>;

/** Returns the index of a connection's field in its section, in float64s. */
export function connectionIndex(connection: number, field: ConnectionField): number {
  return connection * connectionStride + fieldIndices[field];
}

/**
 * The planes of bits of each kind of box. Each plane has a counter of the same name and a digest,
 * written by separate stores, so that the three check each other.
 */
export const planeNames = {
  producer: ["accepted", "rejected", "handed"],
  // `beganUncovered` is stored as it happens: afterwards, a later commit would hide it.
  // `abandoned`: the consumer gave up the chunk before the message's handler ended. Without it, a
  // message given up would look like one that was in hand when the consumer died.
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
 * Targets that `pending` can have for a producer besides its planes: its next number, and the row
 * of a request. They are numbered after the planes.
 */
export const pendingNext = planeNames.producer.length;
export const pendingRow = pendingNext + 1;

export type PlaneName<Kind extends BoxKind> = (typeof planeNames)[Kind][number];

/**
 * The counters besides those of the planes, each with the question that it answers.
 *
 * Fates and counts rest on `next`, `requestsListed`, `sendsListed`, `connectionsOpened`, `records`,
 * and the counters and digests of the planes. Each of these is checked against a second source. All
 * others are statistics about the time and pace of a run; no conclusion rests on them.
 */
export const counterNames = {
  /**
   * Which bit of which plane, or which `next`, is being stored now? 0: no store is pending. See
   * `Pending`.
   */
  shared: ["pending"],
  producer: [
    /** Below which number has every message been given to the client? */
    "next",
    /** The same, stored separately, because no bits check it. */
    "nextAgain",
    /** When did this life start sending? Milliseconds since 1970. */
    "sendingSince",
    /** When did it last give a message to the client? */
    "sendingUntil",
    /** How many entries of `next` over time does it have? */
    "ticks",
    /**
     * Did it end before all data had left the process, or before a requested disconnect was done?
     * 1: yes.
     */
    "gaveUp",
    /** How often did it call the client's send? */
    "sends",
    /** How many messages did it make larger than planned, on command? */
    "oversized",
    /** How many produce requests have a row? */
    "requestsListed",
    /** How many have no row, because the section was full? */
    "requestsUnlisted",
    /** How many calls of the client's send have a row? */
    "sendsListed",
    /** By how much did it fall behind its schedule at most? Microseconds. */
    "lagMax",
    /** What was the longest time without a look at its schedule? Milliseconds. */
    "stoodStillMax",
  ],
  consumer: [
    /** How many messages has it fetched, and neither finished nor given up? */
    "inHand",
    /** How often did it join its group? */
    "joins",
    /** How many partitions is it assigned? */
    "assigned",
    /** How many commits were acknowledged? */
    "commitsAcknowledged",
    /** How many commits were refused, failed or got no answer? */
    "commitsFailed",
    /** At which armed step does it stand still, waiting to be killed? The arm's number, or 0. */
    "standing",
    /** Did it end before it had dealt with what it had in hand and left its group? 1: yes. */
    "gaveUp",
    /** When did its last handler end? Milliseconds since 1970. */
    "processingUntil",
    /**
     * What was the longest time from a message's sending to the end of its handler? Microseconds.
     */
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
  /** Socket counters, for workers of both roles. */
  sockets: [
    "connectionsOpened",
    "connectionsClosed",
    // Dials that a proxy refused, without those to its dead broker.
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

/** Returns the counters of a kind of box, in the order in which they are stored. */
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

/** Returns the position and length of each section of a box. */
export function sectionsOf(
  description: Pick<BoxDescription, "kind" | "bits" | "ticks" | "requests" | "sends">,
): Sections {
  const worker = isWorker(description.kind);
  let at = sectionsAt;
  const section = (name: string, length: number, bytesEach: number): Section => {
    const added = { name, at, length };
    at += Math.ceil((length * bytesEach) / 8) * 8;
    return added;
  };
  return {
    ticks: section("ticks", description.ticks, 8),
    connections: section("connections", worker ? connectionSlots * connectionStride : 0, 8),
    histogram: section("histogram", worker ? bucketCount : 0, 8),
    requests: section("requests", description.requests * rowWords, 4),
    sends: section("sends", description.sends * sendRowWords, 4),
    planes: planeNames[description.kind].map((name) => section(name, Math.ceil(description.bits / 32), 4)),
    fileLength: at,
  };
}
