/** What a guarantee is made of on the producers' side: what it needs, and what would contradict it. */
import type { Body, Claims, Sound } from "../schema/body.js";
import type { Complaint, Rule } from "../schema/fields.js";
import { type Acks, type Bound, type Expect, type Guarantee, guarantees } from "../scenario.js";

interface Sending {
  acks: readonly [Acks, ...Acks[]];
  whyAcks: string;
  retries: { usually: number; min: number; max: number; words: string };
}

/** How often kafkajs sends again by itself. */
const kafkajsRetries = 5;

/** More of them outlast any fault of a run. */
export const retriesMax = 1_000;

const sendsAgain = {
  usually: kafkajsRetries,
  min: 1,
  max: retriesMax,
  words: "at least 1: without a second send, what failed once is lost",
};

const sendings: Record<Guarantee, Sending> = {
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

/** How the producers of a guarantee send where nothing else is said. */
export function usualSending(guarantee: Guarantee): { acks: Acks; retries: number } {
  const { acks, retries } = sendings[guarantee];
  return { acks: acks[0], retries: retries.usually };
}

/** How many messages may be processed more than once where nothing is said. */
export function usuallyDuplicated(guarantee: Guarantee): Bound {
  switch (guarantee) {
    case "at-least-once":
      return { min: undefined, max: undefined };
    case "at-most-once":
    case "effectively-once":
      return { min: undefined, max: { kind: "count", value: 0 } };
  }
}

export const guaranteeRules: Rule<Body>[] = [acksFit, retriesFit, ownGuaranteeIsClaimed];

function* acksFit({ guarantee, producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("producers", "acks") || producers.acks === undefined) return;
  const { acks, whyAcks } = sendings[guarantee];
  if (acks.includes(producers.acks)) return;
  yield { path: ["producers", "acks"], allowed: `${acks.join(" or ")}: ${whyAcks}` };
}

function* retriesFit({ guarantee, producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("producers", "retries") || producers.retries === undefined) return;
  const { min, max, words } = sendings[guarantee].retries;
  if (producers.retries >= min && producers.retries <= max) return;
  yield { path: ["producers", "retries"], allowed: words };
}

/** A file that claims something of each guarantee claims something of its own. */
function* ownGuaranteeIsClaimed({ guarantee, expect }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("expect")) return;
  if (expect.kind !== "each" || expect.claims[guarantee] !== undefined) return;
  yield { path: ["expect", guarantee], allowed: "what is claimed under the scenario's own guarantee" };
}

/** The claims of a sound file: under its own guarantee, and under the others that it speaks of. */
export function claimsOf({ guarantee, expect }: Body): {
  expect: Expect;
  expectUnder: Partial<Record<Guarantee, Expect>>;
} {
  const written = expect.kind === "own" ? { [guarantee]: expect.claims } : expect.claims;
  const under = Object.fromEntries(
    guarantees.flatMap((one) => {
      const claims = written[one];
      return claims === undefined ? [] : [[one, filled(claims, one)]];
    }),
  ) as Partial<Record<Guarantee, Expect>>;
  const { [guarantee]: own, ...expectUnder } = under;
  // It is there: `ownGuaranteeIsClaimed` has seen to it.
  return { expect: own as Expect, expectUnder };
}

function filled(claims: Claims, guarantee: Guarantee): Expect {
  return { ...claims, duplicated: claims.duplicated ?? usuallyDuplicated(guarantee) };
}
