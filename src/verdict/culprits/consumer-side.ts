import type { CommitInDoubt } from "../../ledger/commits-in-doubt.js";
import type { ConsumerLife } from "../../ledger/life-evidence.js";
import { type Occurrence, meets } from "./occurrence.js";

/**
 * Finds what took a message that a consumer had committed over: the fault that ended the life which had it in
 * hand, or one that was in force while its commit went unanswered.
 */
export class ConsumerSide {
  readonly #occurrences: readonly Occurrence[];
  readonly #failures: readonly CommitInDoubt[];
  /** By the place of the message. */
  readonly #inHand = new Map<number, ConsumerLife[]>();
  readonly #inDoubt = new Map<number, ConsumerLife[]>();

  constructor(
    lives: readonly ConsumerLife[],
    occurrences: readonly Occurrence[],
    failures: readonly CommitInDoubt[],
  ) {
    this.#occurrences = occurrences;
    this.#failures = failures;
    for (const life of lives) {
      for (const place of life.inHand) add(this.#inHand, place, life);
      for (const place of life.inDoubt) add(this.#inDoubt, place, life);
    }
  }

  culpritOf(place: number, partition: number): Occurrence | undefined {
    const dead = this.#inHand.get(place) ?? [];
    const byDeath = this.#occurrences.findLast(({ key }) =>
      dead.some(({ record }) => record.endedBy === key),
    );
    if (byDeath !== undefined) return byDeath;
    for (const life of this.#inDoubt.get(place) ?? []) {
      const culprit = this.#ofDoubt(life, place, partition);
      if (culprit !== undefined) return culprit;
    }
    return undefined;
  }

  #ofDoubt({ record }: ConsumerLife, place: number, partition: number): Occurrence | undefined {
    const failed = this.#failures.filter(
      (one) =>
        one.worker === record.worker &&
        one.life === record.life &&
        one.partition === partition &&
        one.lowest <= place &&
        place <= one.highest,
    );
    return this.#occurrences.findLast(
      (one) =>
        keepsFromGroup(one, record.worker) &&
        failed.some(({ askedAt, at }) => meets(one, { from: askedAt, to: at })),
    );
  }
}

function add(lives: Map<number, ConsumerLife[]>, place: number, life: ConsumerLife): void {
  const known = lives.get(place);
  if (known === undefined) lives.set(place, [life]);
  else known.push(life);
}

/** Whether an occurrence can keep a consumer from hearing of its commit. */
function keepsFromGroup({ fault, worker }: Occurrence, consumer: number): boolean {
  switch (fault.kind) {
    case "link":
      return fault.on === "consumer-link";
    case "broker":
    case "reset-offsets":
      return true;
    case "pause":
      return fault.role === "consumer" && worker === consumer;
    case "join":
    case "kill":
    case "stop":
    case "oversize":
    case "topic":
      return false;
  }
}
