/** What a guarantee is made of on the producers' side: what it needs, and what would contradict it. */
import { retriesMax } from "../limits.js";
import type { Acks, Bound, Guarantee } from "../scenario.js";

interface Sending {
  acks: readonly [Acks, ...Acks[]];
  whyAcks: string;
  retries: { usually: number; min: number; max: number; words: string };
}

/** How often kafkajs sends again by itself. */
const kafkajsRetries = 5;

const sendsAgain = {
  usually: kafkajsRetries,
  min: 1,
  max: retriesMax,
  words: "at least 1: without a second send, what failed once is lost",
};

/** How the producers of each guarantee may send. */
export const sendings: Record<Guarantee, Sending> = {
  "at-most-once": {
    acks: [0, 1],
    whyAcks: "at-most-once does not wait for every replica",
    retries: { usually: 0, min: 0, max: 0, words: "0: a second send is no at-most-once" },
  },
  "at-least-once": {
    acks: ["all"],
    whyAcks: "with fewer, what was acknowledged is lost in silence when a leader dies",
    retries: sendsAgain,
  },
  "effectively-once": {
    acks: ["all"],
    whyAcks: "an idempotent producer needs it",
    retries: sendsAgain,
  },
};

/** How the producers of a guarantee send by default. */
export function usualSending(guarantee: Guarantee): { acks: Acks; retries: number } {
  const { acks, retries } = sendings[guarantee];
  return { acks: acks[0], retries: retries.usually };
}

/** How many messages may be processed more than once by default. */
export function usuallyDuplicated(guarantee: Guarantee): Bound {
  switch (guarantee) {
    case "at-least-once":
      return { min: undefined, max: undefined };
    case "at-most-once":
    case "effectively-once":
      return { min: undefined, max: { kind: "count", value: 0 } };
  }
}
