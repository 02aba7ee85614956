import { type Cause, causes } from "../../scenario/scenario.js";

/**
 * Every message has exactly one fate. The evidence for 32 messages at a time stands in one word a
 * bit, and a fate is an expression over these words: a billion messages take seconds.
 *
 * The bits, as the design names them. A message has the bit when …
 */
export const evidenceBits = [
  /** the plan has it (the last word of a producer has room to spare) */
  "planned",
  /** it is below a life's next number: it was given to the client */
  "s",
  /** its send resolved; or, though it never came back, its bytes left the process */
  "a",
  /** its send threw */
  "r",
  /** witness: its bytes never left the process that it was given to */
  "n",
  /** witness: by the broker's log, its request was refused, or stood behind one that was */
  "z",
  /** it is in the log at the last scan */
  "l",
  /** every copy of it is below the group's final committed position */
  "b",
  /** it was acknowledged (acks ≥ 1), or the following auditor saw it */
  "x",
  /** a life fetched it */
  "f",
  /** a life that fetched it tried to commit over it */
  "t",
  /** that commit was acknowledged */
  "c",
  /** its handler began */
  "g",
  /** its handler began again */
  "h",
  /** its handler ended */
  "d",
  /** its handler ended again */
  "e",
] as const;

export type EvidenceBit = (typeof evidenceBits)[number];

export const fates = [
  "impossible",
  "unsent",
  "processed",
  "duplicated",
  "unread",
  "indeterminate",
  ...causes,
] as const;

/** What became of a message; for a lost one, the cause. `impossible`: its evidence contradicts itself. */
export type Fate = "impossible" | "unsent" | "processed" | "duplicated" | "unread" | "indeterminate" | Cause;

/**
 * Sorts 32 messages into fates. `evidence` holds one word a bit in the order of `evidenceBits`,
 * `found` takes one word a fate in the order of `fates`. Each planned message, and each unplanned
 * one that has any evidence, is in exactly one of them.
 */
export function sortIntoFates(evidence: Int32Array, found: Int32Array): void {
  const planned = evidence[0]!;
  const s = evidence[1]!;
  const a = evidence[2]!;
  const r = evidence[3]!;
  const n = evidence[4]!;
  const z = evidence[5]!;
  const l = evidence[6]!;
  const b = evidence[7]!;
  const x = evidence[8]!;
  const f = evidence[9]!;
  const t = evidence[10]!;
  const c = evidence[11]!;
  const g = evidence[12]!;
  const h = evidence[13]!;
  const d = evidence[14]!;
  const e = evidence[15]!;

  // What no message can have been through. It goes first: nothing is concluded from such evidence.
  const impossible =
    (~s & (a | r | n | z | l | x | f | t | c | g | d)) |
    (s & ~planned) |
    (a & r) |
    (b & ~l) |
    (t & ~f) |
    (c & ~t) |
    (g & ~f) |
    (d & ~g) |
    (h & ~g) |
    (e & ~(d & h)) |
    (n & (l | x | f | z));
  const P = planned & ~impossible;

  // Sent, and its handler never ended. Each line below takes its part of U, the farthest place first.
  const U = P & s & ~d;
  /** Nobody will be given it again: its copies are below the position, or gone after a sure commit. */
  const K = b | (~l & c);
  /** Nothing is left of it but, perhaps, that it was in the log once. */
  const gone = U & ~l & ~t & ~g;
  /** Nothing says that it ever reached the log. */
  const unseen = gone & ~x & ~f;

  found[0] = impossible;
  found[1] = P & ~s;
  found[2] = P & d & ~e;
  found[3] = P & e;
  found[4] = U & l & ~b;
  found[5] = U & ~l & (t | g) & ~c;
  // In the order of `causes`.
  found[6] = unseen & r;
  found[7] = unseen & ~r & ~z & (n | ~a);
  found[8] = unseen & ~r & ~z & ~n & a;
  found[9] = unseen & ~r & z;
  found[10] = gone & (x | f);
  found[11] = U & ~g & ~t & b;
  found[12] = U & ~g & t & K;
  found[13] = U & g & K;
}
