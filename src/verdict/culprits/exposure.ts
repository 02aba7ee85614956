import { hasBit, popcount, setBit } from "../../ledger/box/bits.js";
import type { LifeRecord } from "../../ledger/record/run-record.js";
import { isExposureKnown } from "../../scenario/exposed-bounds.js";
import type { Evidence } from "./evidence.js";
import { type Occurrence, endsConnections, meets } from "./occurrence.js";
import type { ProducerTrail, Request } from "./producer-trail.js";
import type { Search } from "./search.js";

/** Messages that faults must have taken, at least, and that they can have taken, at most. */
export interface Exposure {
  min: number;
  max: number;
}

export interface Exposures {
  /** Of all occurrences together: a message that two of them reached is counted once. */
  all: Exposure;
  /** By the place of the fault event. */
  each: Exposure[];
}

/**
 * How much the faults of a run reached, by what producers and consumers wrote down and by the edges of the faults.
 * The log is not asked: so what was lost, by the log, can be held against it. `docs/culprits.md` derives each rule.
 *
 * @returns `null` if the reach of one of the faults cannot be told from there.
 */
export function exposuresOf(evidence: Evidence, search: Search): Exposures | null {
  if (!isExposureKnown(evidence.run.plan.scenario)) return null;
  const reckoning = new Reckoning(evidence, search);
  return reckoning.exposures();
}

/** Below this, a request may have been under way though no process stood still. */
const usualSlackMs = 100;

class Reckoning {
  readonly #evidence: Evidence;
  readonly #search: Search;
  /** How long a request may have been on its way, or the end of its connection unseen. */
  readonly #slackMs: number;
  readonly #certain: Uint32Array;
  readonly #possible: Uint32Array;
  readonly #each: Exposure[];
  /** By occurrence and connection: the request that is too large. */
  readonly #oversized = new Map<string, Request | undefined>();
  /** Messages that are counted and not named: those that a reset passed over. */
  #passedOver = 0;

  constructor(evidence: Evidence, search: Search) {
    this.#evidence = evidence;
    this.#search = search;
    this.#slackMs = Math.max(usualSlackMs, 2 * standstillOf(evidence));
    this.#certain = new Uint32Array(evidence.ledger.layout.words);
    this.#possible = new Uint32Array(evidence.ledger.layout.words);
    this.#each = evidence.faults.map(() => ({ min: 0, max: 0 }));
  }

  exposures(): Exposures {
    for (const trail of this.#search.trails) {
      this.#takeUnsettled(trail);
      this.#takeCutOff(trail);
      for (const request of trail.requests()) this.#takeRequest(trail, request);
    }
    this.#takeConsumers();
    for (const { index, positions } of this.#search.occurrences) {
      const passedOver = positions.reduce(
        (sum, { from, to }) => sum + Math.max(0, (to ?? 0) - (from ?? 0)),
        0,
      );
      this.#passedOver += passedOver;
      this.#each[index]!.min += passedOver;
      this.#each[index]!.max += passedOver;
    }
    const all = {
      min: count(this.#certain) + this.#passedOver,
      max: count(this.#possible) + this.#passedOver,
    };
    return { all, each: this.#each };
  }

  /**
   * What never left its process is lost for certain, and the fault that kept it there took it. What left, and
   * was rejected or never answered, may be stored all the same.
   */
  #takeUnsettled(trail: ProducerTrail): void {
    const { layout, planes, acknowledges } = this.#evidence.ledger;
    const { worker: producer } = trail.life.record;
    const base = layout.bases[producer]!;
    const { first, next } = trail.life;
    for (let number = first; number < next; number++) {
      const index = base + number;
      const word = index >>> 5;
      const unanswered = acknowledges ? ~planes.accepted[word]! : 0;
      const open = ~planes.handed[word]! | planes.rejected[word]! | unanswered;
      // A whole word at a time: nearly all messages were handed over, and not rejected.
      if (open === 0) number += 31 - (index & 31);
      if (((open >>> (index & 31)) & 1) === 0) continue;
      const handed = hasBit(planes.handed, index);
      const rejected = hasBit(planes.rejected, index);
      const cause = rejected ? "rejected" : handed ? "in-transit" : "client-buffer";
      const culprit = this.#search.ofSender(cause, { producer, number });
      if (culprit !== undefined) this.#take(culprit, index, !handed);
    }
  }

  /** A fault may end a process while it marks the messages of a request, which then never leaves. */
  #takeCutOff(trail: ProducerTrail): void {
    const culprit = this.#endOf(trail.life.record);
    if (culprit === undefined) return;
    const { layout, planes } = this.#evidence.ledger;
    const base = layout.bases[trail.life.record.worker]!;
    const { first, next } = trail.life;
    for (let number = first; number < next; number++) {
      if (hasBit(planes.handed, base + number) && trail.wasCutOff(number))
        this.#take(culprit, base + number, true);
    }
  }

  #takeRequest(trail: ProducerTrail, request: Request): void {
    const reached = this.#search.occurrences.flatMap((one) => {
      const reach = this.#reachOf(one, trail, request);
      return reach === "none" ? [] : [{ one, isCertain: reach === "certain" }];
    });
    if (reached.length === 0) return;
    const base = this.#evidence.ledger.layout.bases[trail.life.record.worker]!;
    for (const number of trail.messagesOf(request)) {
      for (const { one, isCertain } of reached) this.#take(one, base + number, isCertain);
    }
  }

  #reachOf(one: Occurrence, trail: ProducerTrail, request: Request): Reach {
    const { fault } = one;
    const { record, at } = request;
    const open = { from: record?.dialedAt ?? at, to: record?.closedAt ?? Infinity };
    const isNear = at >= one.from - this.#slackMs && at <= one.until + this.#slackMs;
    switch (fault.kind) {
      case "link": {
        if (!endsConnections(fault) || (one.broker ?? request.broker) !== request.broker) return "none";
        if (!meets(one, open) || !isNear) return "none";
        const isInside = at >= one.inForce && at <= one.healing;
        if (fault.toxic !== "down" && fault.toxic.type === "limit_data")
          return this.#reachOfLimit(one, fault.toxic.bytes, { trail, request, isInside });
        if (fault.toxic !== "down" && fault.stream === "downstream") {
          // What the producer writes passes, up to the end of its connection: the healing, if nothing else ends it.
          const lasts = fault.toxic.type === "timeout" && fault.toxic.timeout === 0;
          return lasts && at < one.healing - this.#slackMs ? "none" : "possible";
        }
        return isInside ? "certain" : "possible";
      }
      case "kill":
      case "stop": {
        if (trail.life.record.endedBy !== one.key || !meets(one, open)) return "none";
        return isNear || trail.isLastOn(request) ? "possible" : "none";
      }
      case "oversize":
        return one.worker === trail.life.record.worker ? this.#reachOfOversize(one, trail, request) : "none";
      case "pause":
      case "join":
      case "broker":
      case "topic":
      case "reset-offsets":
        return "none";
    }
  }

  /** A connection is cut when it has carried so many bytes since the toxic was there. */
  #reachOfLimit(
    one: Occurrence,
    bytes: number,
    { trail, request, isInside }: { trail: ProducerTrail; request: Request; isInside: boolean },
  ): Reach {
    const { atMost, atLeast } = trail.bytesSince(request, {
      earliest: one.from - this.#slackMs,
      latest: one.inForce,
    });
    if (atMost <= bytes) return "none";
    return isInside && atLeast > bytes ? "certain" : "possible";
  }

  /** A broker reads nothing behind a request that it refuses. */
  #reachOfOversize(one: Occurrence, trail: ProducerTrail, request: Request): Reach {
    if (one.fault.kind !== "oversize") return "none";
    const oversized = this.#oversizedOn(one, one.fault.size, trail, request.connection);
    if (oversized === undefined || request.place < oversized.place) return "none";
    // The other partitions of the request itself may be stored.
    return request.place === oversized.place ? "possible" : "certain";
  }

  #oversizedOn(
    one: Occurrence,
    bytes: number,
    trail: ProducerTrail,
    connection: number,
  ): Request | undefined {
    const key = `${one.key} ${trail.life.record.worker} ${trail.life.record.life} ${connection}`;
    if (!this.#oversized.has(key)) this.#oversized.set(key, trail.firstLargeOn(connection, bytes, one.from));
    return this.#oversized.get(key);
  }

  #takeConsumers(): void {
    const { ledger } = this.#evidence;
    const readsAgain = this.#search.occurrences.some(
      ({ fault }) => fault.kind === "reset-offsets" && fault.to !== "latest",
    );
    for (const { record, inHand, committed, inDoubt } of ledger.lives.consumers) {
      const end = this.#endOf(record);
      const sure = new Set(readsAgain ? [] : committed);
      if (end !== undefined) for (const place of inHand) this.#take(end, place, sure.has(place));
      for (const place of inDoubt) {
        const culprit = this.#search.ofConsumer(place);
        if (culprit !== undefined) this.#take(culprit, place, false);
      }
    }
  }

  /** Returns the occurrence that ended a life. */
  #endOf({ endedBy }: LifeRecord): Occurrence | undefined {
    return this.#search.occurrences.find(({ key }) => key === endedBy);
  }

  #take({ index }: Occurrence, place: number, isCertain: boolean): void {
    this.#each[index]!.max++;
    setBit(this.#possible, place);
    if (!isCertain) return;
    this.#each[index]!.min++;
    setBit(this.#certain, place);
  }
}

type Reach = "certain" | "possible" | "none";

/** The longest time for which a process of ours did not get its turn, unless a fault made it stand still. */
function standstillOf({ run, ledger }: Evidence): number {
  const isPaused = run.plan.scenario.faults.some(
    (fault) => fault.kind === "pause" && fault.role === "producer",
  );
  return Math.max(run.machine.stoodStillMs, isPaused ? 0 : ledger.schedule.stoodStillMaxMs);
}

function count(words: Uint32Array): number {
  return words.reduce((sum, word) => sum + popcount(word), 0);
}
