import { countBits, orInto, popcount } from "../../ledger/box/bits.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import { addBuckets, bucketCount } from "../../ledger/box/histogram.js";
import { logMayShrink } from "../../plan/log-changes.js";
import type { Plan } from "../../plan/plan.js";
import { type Cause, causes } from "../../scenario/scenario.js";
import type { Life } from "../../crew/crew.js";
import type { Faults } from "../faults/faults.js";
import type { LogWatch } from "../audit/follow.js";
import type { Phase } from "../progress.js";

/** The progress of a run's messages so far, each message counted once. No value ever decreases. */
export interface Measures {
  phase: Phase;
  /** Start of the sending, in milliseconds since 1970; 0 before it. */
  startedAt: number;
  sent: number;
  accepted: number;
  rejected: number;
  /** Seen in the log by the auditor that follows it. */
  stored: number;
  received: number;
  processed: number;
  duplicated: number;
  /** Messages that are proved to be lost by now. */
  lostBy: Record<Cause, number>;
  latencyUs: Float64Array;
  commits: { acknowledged: number; failed: number };
  joins: number;
  kills: { producer: number; consumer: number };
  /** Time of the last kill of a worker, in milliseconds since 1970; 0 without a kill. */
  lastKillAt: { producer: number; consumer: number };
  /** The most that the sending fell behind its schedule, in microseconds. */
  lagMaxUs: number;
  /** Occurrences of faults by `keyOf`: those in force now, and all that have fallen so far. */
  active: ReadonlySet<string>;
  fallen: ReadonlySet<string>;
}

/** The parts of a run that are measured. */
export interface Measured {
  plan: Plan;
  crew: { readonly lives: readonly Life[] };
  faults: Pick<Faults, "active" | "fallen">;
  /** The follower of the log, if any. */
  log: Pick<LogWatch, "seen"> | undefined;
}

/**
 * Reads the black boxes of all lives, which costs the workers nothing. A message that two lives had
 * counts once, so the bits are merged as in the ledger. Those of dead lives are merged only a
 * single time.
 */
export class Measuring {
  readonly #run: Measured;
  /** The merged bits of dead consumers. */
  readonly #dead: Merged;
  /** The merged bits of all consumers; the space is reused for each reading. */
  readonly #all: Merged;
  readonly #mergedLives = new Set<Life>();
  /** Words in which dead consumers had committed over a message whose handler never ended. */
  #open: number[] = [];

  constructor(run: Measured) {
    this.#run = run;
    this.#dead = emptyMerge(run.plan.layout.words);
    this.#all = emptyMerge(run.plan.layout.words);
  }

  read({ phase, startedAt }: Pick<Measures, "phase" | "startedAt">): Measures {
    const { plan, faults, log } = this.#run;
    const lives = [...this.#run.crew.lives];
    // Later stages are read first, so that no count exceeds the count that it follows from.
    const all = this.#mergeConsumers(lives);
    const measures: Measures = {
      phase,
      startedAt,
      sent: 0,
      accepted: 0,
      rejected: 0,
      stored: 0,
      received: countBits(all.began),
      processed: countBits(plan.scenario.guarantee === "effectively-once" ? all.covered : all.ended),
      // Under effectively-once, only the log of the effects shows this, at the end.
      duplicated: plan.scenario.guarantee === "effectively-once" ? 0 : countBits(all.endedAgain),
      lostBy: this.lostProved(),
      latencyUs: new Float64Array(bucketCount),
      commits: { acknowledged: 0, failed: 0 },
      joins: 0,
      kills: { producer: 0, consumer: 0 },
      lastKillAt: { producer: 0, consumer: 0 },
      lagMaxUs: 0,
      active: faults.active,
      fallen: faults.fallen,
    };
    for (const life of lives) {
      if (life.process.end?.signal === "SIGKILL" && life.killed) addKill(measures, life);
      if (life.role === "consumer") addConsumer(measures, life.box as BlackBox<"consumer">);
    }
    measures.stored = log?.seen ?? 0;
    for (const life of lives) {
      if (life.role === "producer") addProducer(measures, life.box as BlackBox<"producer">);
    }
    return measures;
  }

  /**
   * Returns what dead at-most-once consumers have certainly lost: they had committed over it, so no
   * consumer will get it again. If a fault may move the group's positions or remove records, this
   * is known only at the end. The call is cheap, because it looks only at what they left open.
   */
  lostProved(): Record<Cause, number> {
    const lost = Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
    const living = this.#mergeDead(this.#run.crew.lives);
    const { covered, began, ended } = this.#dead;
    for (const word of this.#open) {
      let [beganByAny, endedByAny] = [began[word]!, ended[word]!];
      for (const { planes } of living) {
        endedByAny |= planes.ended.words[word]!;
        beganByAny |= planes.began.words[word]!;
      }
      lost["after-commit"] += popcount(covered[word]! & ~beganByAny);
      lost["in-processing"] += popcount(covered[word]! & began[word]! & ~endedByAny);
    }
    return lost;
  }

  #mergeConsumers(lives: readonly Life[]): Merged {
    const living = this.#mergeDead(lives);
    for (const name of mergedPlanes) this.#all[name].set(this.#dead[name]);
    for (const box of living) merge(this.#all, box);
    return this.#all;
  }

  /**
   * Merges the boxes of lives that have died since the last call; returns the boxes of living
   * consumers.
   */
  #mergeDead(lives: readonly Life[]): BlackBox<"consumer">[] {
    const consumers = lives.filter(({ role }) => role === "consumer");
    const dead = consumers.filter((life) => life.process.end !== undefined && !this.#mergedLives.has(life));
    for (const life of dead) {
      this.#mergedLives.add(life);
      merge(this.#dead, life.box as BlackBox<"consumer">);
    }
    if (dead.length > 0) this.#open = openWords(this.#run.plan, this.#dead);
    return consumers
      .filter((life) => !this.#mergedLives.has(life))
      .map((life) => life.box as BlackBox<"consumer">);
  }
}

const mergedPlanes = ["covered", "began", "ended", "endedAgain"] as const;
type Merged = Record<(typeof mergedPlanes)[number], Uint32Array>;

function emptyMerge(words: number): Merged {
  const plane = (): Uint32Array => new Uint32Array(words);
  return { covered: plane(), began: plane(), ended: plane(), endedAgain: plane() };
}

/**
 * Merges like the ledger: a handler that ended in an earlier life and in this one has ended again.
 */
function merge(sum: Merged, { planes }: BlackBox<"consumer">): void {
  orInto(sum.endedAgain, planes.endedAgain.words);
  // Under effectively-once a commit ends a message, so it is read before the beginnings.
  orInto(sum.covered, planes.covered.words);
  const ended = planes.ended.words;
  for (let word = 0; word < ended.length; word++) {
    const again = sum.ended[word]! & ended[word]!;
    if (again !== 0) sum.endedAgain[word]! |= again;
  }
  orInto(sum.ended, ended);
  orInto(sum.began, planes.began.words);
}

/** Returns no words if a committed message may be delivered again. */
function openWords(plan: Plan, { covered, ended }: Merged): number[] {
  const open: number[] = [];
  if (plan.scenario.guarantee !== "at-most-once" || positionsMayMove(plan)) return open;
  for (let word = 0; word < covered.length; word++) {
    if ((covered[word]! & ~ended[word]!) !== 0) open.push(word);
  }
  return open;
}

function positionsMayMove(plan: Plan): boolean {
  return logMayShrink(plan) || plan.faults.some(({ kind }) => kind === "topic" || kind === "reset-offsets");
}

function addKill({ kills, lastKillAt }: Measures, { role, killedAt = 0 }: Life): void {
  kills[role]++;
  lastKillAt[role] = Math.max(lastKillAt[role], killedAt);
}

function addConsumer(measures: Measures, box: BlackBox<"consumer">): void {
  addBuckets(measures.latencyUs, box.histogram);
  measures.commits.acknowledged += box.get("commitsAcknowledged");
  measures.commits.failed += box.get("commitsFailed");
  measures.joins += box.get("joins");
}

function addProducer(measures: Measures, box: BlackBox<"producer">): void {
  // Counted from the bits, like the ledger: a killed life's counter may be one behind them.
  measures.accepted += countBits(box.planes.accepted.words);
  measures.rejected += countBits(box.planes.rejected.words);
  measures.sent += box.get("next") - box.description.firstNumber;
  measures.lagMaxUs = Math.max(measures.lagMaxUs, box.get("lagMax"));
}
