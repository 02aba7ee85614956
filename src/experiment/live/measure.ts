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

/** What is known of a run's messages while it goes on, each message counted once. None of it ever goes back. */
export interface Measures {
  phase: Phase;
  /** When the sending began, milliseconds since 1970; 0 before it. */
  startedAt: number;
  sent: number;
  accepted: number;
  rejected: number;
  /** Seen in the log by the auditor who follows it. */
  stored: number;
  received: number;
  processed: number;
  duplicated: number;
  /** What is proved to be lost by now. */
  lostBy: Record<Cause, number>;
  latencyUs: Float64Array;
  commits: { acknowledged: number; failed: number };
  joins: number;
  kills: { producer: number; consumer: number };
  /** When a worker was killed last, milliseconds since 1970; 0: none was. */
  lastKillAt: { producer: number; consumer: number };
  /** How far behind its schedule the sending fell at worst, in microseconds. */
  lagMaxUs: number;
  /** Occurrences of faults by `keyOf`: in force now, and all that fell so far. */
  active: ReadonlySet<string>;
  fallen: ReadonlySet<string>;
}

/** What is measured, while it goes on. */
export interface Measured {
  plan: Plan;
  crew: { readonly lives: readonly Life[] };
  faults: Pick<Faults, "active" | "fallen">;
  /** Who follows the log. */
  log: Pick<LogWatch, "seen"> | undefined;
}

/**
 * Reads what the black boxes of all lives say at a moment, which costs the workers nothing. A message that
 * two lives had is counted once, so the bits are merged as the ledger will merge them: those of dead lives
 * one single time.
 */
export class Measuring {
  readonly #run: Measured;
  /** Of consumers that are dead. */
  readonly #dead: Merged;
  /** Of all; room that is used anew each time. */
  readonly #all: Merged;
  readonly #buried = new Set<Life>();
  /** Words in which dead consumers had committed over something that none of them ended. */
  #open: number[] = [];

  constructor(run: Measured) {
    this.#run = run;
    this.#dead = noneMerged(run.plan.layout.words);
    this.#all = noneMerged(run.plan.layout.words);
  }

  read({ phase, startedAt }: Pick<Measures, "phase" | "startedAt">): Measures {
    const { plan, faults, log } = this.#run;
    const lives = [...this.#run.crew.lives];
    // What comes later in a message's life is read first, so that nothing is ahead of what it follows from.
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
      // Under effectively-once only the log of the effects tells, at the end.
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
   * What dead at-most-once consumers lost for certain: they had committed over it, and nobody will be given it
   * again. Where a fault may move the group's positions or take records away, only the end can tell. It costs
   * next to nothing: only what they left open is looked at.
   */
  lostProved(): Record<Cause, number> {
    const lost = Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
    const living = this.#bury(this.#run.crew.lives);
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
    const living = this.#bury(lives);
    for (const name of mergedPlanes) this.#all[name].set(this.#dead[name]);
    for (const box of living) merge(this.#all, box);
    return this.#all;
  }

  /** Takes what those left who have died since the last time; returns the boxes of those that live. */
  #bury(lives: readonly Life[]): BlackBox<"consumer">[] {
    const consumers = lives.filter(({ role }) => role === "consumer");
    const dead = consumers.filter((life) => life.process.end !== undefined && !this.#buried.has(life));
    for (const life of dead) {
      this.#buried.add(life);
      merge(this.#dead, life.box as BlackBox<"consumer">);
    }
    if (dead.length > 0) this.#open = openWords(this.#run.plan, this.#dead);
    return consumers
      .filter((life) => !this.#buried.has(life))
      .map((life) => life.box as BlackBox<"consumer">);
  }
}

const mergedPlanes = ["covered", "began", "ended", "endedAgain"] as const;
type Merged = Record<(typeof mergedPlanes)[number], Uint32Array>;

function noneMerged(words: number): Merged {
  const plane = (): Uint32Array => new Uint32Array(words);
  return { covered: plane(), began: plane(), ended: plane(), endedAgain: plane() };
}

/** As the ledger does: what an earlier life has ended, and now another one, was ended again. */
function merge(sum: Merged, { planes }: BlackBox<"consumer">): void {
  orInto(sum.endedAgain, planes.endedAgain.words);
  // Under effectively-once it is what ends a message, so it is read before what begins one.
  orInto(sum.covered, planes.covered.words);
  const ended = planes.ended.words;
  for (let word = 0; word < ended.length; word++) {
    const again = sum.ended[word]! & ended[word]!;
    if (again !== 0) sum.endedAgain[word]! |= again;
  }
  orInto(sum.ended, ended);
  orInto(sum.began, planes.began.words);
}

/** None where what was committed over may be given to somebody again. */
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
  // Bits, as the ledger takes them: where a life was killed, its counter may be one behind them.
  measures.accepted += countBits(box.planes.accepted.words);
  measures.rejected += countBits(box.planes.rejected.words);
  measures.sent += box.get("next") - box.description.firstNumber;
  measures.lagMaxUs = Math.max(measures.lagMaxUs, box.get("lagMax"));
}
