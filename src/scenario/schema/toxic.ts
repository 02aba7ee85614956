/**
 * The attributes of each toxic, under Toxiproxy's own names and in its own units. They stand beside
 * `toxic` in a fault, so none may be called like a key that every fault has.
 */
import type { Field, Rule } from "./fields.js";
import { bandwidth, bytes, duration, fineDuration, type Range } from "./notations.js";
import { formatSize } from "../quantities.js";
import type { Toxic } from "../faults.js";

type AttributesOf<T> = { [K in Exclude<keyof T, "type">]: Field<T[K]> };
type Attributes = { [T in Toxic["type"]]: AttributesOf<Extract<Toxic, { type: T }>> };

/** Toxiproxy counts in 64 bits; a terabyte is beyond any scenario. */
const dataRange: Range = { max: 1_000_000_000_000 };

export const toxicAttributes = {
  latency: {
    latency: duration().describe("How long each piece of data is held back. Example: 50ms."),
    jitter: duration().prefault("0ms").describe("By how much that varies, up and down. Example: 10ms."),
  },
  bandwidth: {
    rate: bandwidth().describe("What passes at most. Example: 5KB/s; a plain number is KB/s."),
  },
  slow_close: {
    delay: duration().describe("How long the closing of a connection is held back. Example: 1s."),
  },
  timeout: {
    timeout: duration()
      .prefault("0ms")
      .describe("All data is swallowed, and after so long without any the connection closes; 0ms: never."),
  },
  reset_peer: {
    timeout: duration().prefault("0ms").describe("Connections are reset after so long. Example: 100ms."),
  },
  slicer: {
    average_size: bytes({ ...dataRange, min: 1 }).describe(
      "Data is cut into pieces of this size. Example: 64B.",
    ),
    size_variation: bytes(dataRange)
      .prefault(0)
      .describe("By how much that varies, up and down; less than average_size."),
    delay: fineDuration().prefault("0us").describe("What lies between two pieces. Example: 100us."),
  },
  limit_data: {
    bytes: bytes(dataRange).describe(
      "Each connection is closed after so many bytes. Example: 20000, or 20KB.",
    ),
  },
} satisfies Attributes;

export const toxicTypes = Object.keys(toxicAttributes) as Toxic["type"][];

/** Rules about the attributes of one toxic. */
export const toxicRules: { [T in Toxic["type"]]?: Rule<Extract<Toxic, { type: T }>> } = {
  // A variation of the whole size would let Toxiproxy cut outside of what it holds.
  *slicer({ average_size, size_variation }, sound) {
    if (sound("average_size") && sound("size_variation") && size_variation >= average_size) {
      yield {
        path: ["size_variation"],
        allowed: `less than average_size, which is ${formatSize(average_size)}`,
      };
    }
  },
};
