import type { CommitInDoubt } from "../../ledger/record/commits-in-doubt.js";
import type { ConsumerLife } from "../../ledger/life-evidence.js";
import type { Join } from "../../ledger/record/joins.js";
import { clientIdOf } from "../../ledger/record/run-record.js";
import { movesGroup } from "../../plan/moves-group.js";
import { type Occurrence, meets } from "./occurrence.js";

/** What the event file says of consumers and their group. */
export interface GroupEvents {
  commitsInDoubt: readonly CommitInDoubt[];
  joins: readonly Join[];
  runId: string;
}

/**
 * Finds what took a message that a consumer had committed over: the fault that ended the life which had it in
 * hand, one that was in force while its commit went unanswered, or the one behind which the group shared its
 * partitions out anew meanwhile.
 */
export class ConsumerSide {
  readonly #occurrences: readonly Occurrence[];
  readonly #groupEvents: GroupEvents;
  /** By the place of the message. */
  readonly #inHand = new Map<number, ConsumerLife[]>();
  readonly #inDoubt = new Map<number, ConsumerLife[]>();

  constructor(lives: readonly ConsumerLife[], occurrences: readonly Occurrence[], groupEvents: GroupEvents) {
    this.#occurrences = occurrences;
    this.#groupEvents = groupEvents;
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

  /** Whether a consumer joined its group again while its commit over the message was under way. */
  wasOvertaken(place: number, partition: number): boolean {
    return (this.#inDoubt.get(place) ?? []).some(
      (life) => this.#joinsWithin(life, this.#failedCommits(life, place, partition)).length > 0,
    );
  }

  #ofDoubt(life: ConsumerLife, place: number, partition: number): Occurrence | undefined {
    const { record } = life;
    const failed = this.#failedCommits(life, place, partition);
    const unanswered = this.#occurrences.findLast(
      (one) =>
        keepsFromGroup(one, record.worker) &&
        failed.some(({ askedAt, at }) => meets(one, { from: askedAt, to: at })),
    );
    if (unanswered !== undefined) return unanswered;
    const joined = this.#joinsWithin(life, failed);
    return this.#occurrences.findLast(
      ({ fault, from }) => movesGroup(fault) && joined.some(({ at }) => from <= at),
    );
  }

  #failedCommits({ record }: ConsumerLife, place: number, partition: number): CommitInDoubt[] {
    return this.#groupEvents.commitsInDoubt.filter(
      (one) =>
        one.worker === record.worker &&
        one.life === record.life &&
        one.partition === partition &&
        one.lowest <= place &&
        place <= one.highest,
    );
  }

  /** A commit that was stored is worth nothing once its consumer has joined anew: another may have been given the same. */
  #joinsWithin({ record }: ConsumerLife, failed: readonly CommitInDoubt[]): Join[] {
    const { joins, runId } = this.#groupEvents;
    const client = clientIdOf(runId, record);
    return joins.filter(
      ({ who, at: until }) =>
        who === client &&
        failed.some(({ askedAt, at }) => meets({ from: until, until }, { from: askedAt, to: at })),
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
