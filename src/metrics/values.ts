import type { Measures } from "../experiment/live/measure.js";
import { version } from "../base/version.js";
import type { Phase } from "../experiment/progress.js";
import type { FaultEvent } from "../ledger/record/events.js";
import { bucketCount } from "../ledger/box/histogram.js";
import { countBits } from "../ledger/box/bits.js";
import { keyOf } from "../plan/occurrence-key.js";
import type { Plan } from "../plan/plan.js";
import { lostPerFaultOf } from "../results/curve.js";
import type { Judged } from "../results/make-result.js";
import { type Cause, causes } from "../scenario/scenario.js";
import { type Verdict, judge } from "../verdict/judge.js";
import { type Tally, noMessages, zeroed } from "../verdict/fates/tally.js";
import { killedRoles } from "./labels.js";
import { type FaultSeries, faultSeries } from "./fault-series.js";

/** The values of all metrics of one run at one moment, measured or derived. */
export interface Values extends Omit<Measures, "phase" | "startedAt"> {
  planned: number;
  /** The count of the ledger; before the ledger exists, it is computed from the other counts. */
  unaccounted: number | undefined;
  /** 0 before the end. */
  unexplained: Record<Cause, number>;
  violations: Tally["violations"];
  faults: readonly FaultSeries[];
  /**
   * Names of the series with a fault in force since the scraper's last scrape, even if healed by
   * now.
   */
  inForceSince: ReadonlySet<string>;
  bounds: readonly { name: string; min: number | null; max: number | null }[];
  /** 0 before the end. */
  step: StepFound;
  phase: Phase | undefined;
  /**
   * Time until which the run exposes metrics at least, in milliseconds since 1970; 0 if unknown.
   */
  untilMs: number;
  verdict: Verdict | undefined;
  run: RunFacts | undefined;
}

/**
 * The result of a step of a sweep: the share of lost messages, and the actual messages per second.
 */
export interface StepFound {
  lossRatio: number;
  sentPerSecond: number;
  processedPerSecond: number;
  /** Messages; `null` if no fault hit anything. */
  lostPerFault: number | null;
}

/** The versions of a run's parts, and the kind of its environment. */
export type RunFacts = Record<"version" | "environment" | "broker" | "proxy" | "node", string>;

export function factsOf(environment: Omit<RunFacts, "version" | "environment"> & { kind: string }): RunFacts {
  const { kind, broker, proxy, node } = environment;
  return { version, environment: kind, broker, proxy, node };
}

/** Returns the values before a run: 0 for everything that may happen. */
export function valuesBefore(plan: Plan): Values {
  const { planned } = plan.layout;
  return {
    ...noMessages(),
    planned,
    processed: 0,
    duplicated: 0,
    lostBy: zeroed(causes),
    unexplained: zeroed(causes),
    unaccounted: undefined,
    latencyUs: new Float64Array(bucketCount),
    commits: { acknowledged: 0, failed: 0 },
    joins: 0,
    kills: { producer: 0, consumer: 0 },
    lastKillAt: { producer: 0, consumer: 0 },
    lagMaxUs: 0,
    active: new Set(),
    fallen: new Set(),
    faults: faultSeries(plan),
    inForceSince: new Set(),
    // Shares are taken of the planned messages, which also limit what faults can reach.
    bounds: judge(plan.scenario, { ...noMessages(), sent: planned }, [], {
      exposed: { min: 0, max: planned },
    }).expectations,
    step: { lossRatio: 0, sentPerSecond: 0, processedPerSecond: 0, lostPerFault: null },
    phase: undefined,
    untilMs: 0,
    verdict: undefined,
    run: undefined,
  };
}

/**
 * Returns the values during a run.
 *
 * @param lingers whether the run exposes metrics until its end was scraped.
 */
export function valuesNow(
  plan: Plan,
  { startedAt, ...measures }: Measures,
  { run, lingers }: { run: RunFacts; lingers: boolean },
): Values {
  const untilMs = lingers ? Infinity : sendingUntil(plan, startedAt);
  return { ...valuesBefore(plan), ...measures, untilMs, run };
}

/**
 * Returns the earliest end of the sending, or 0 if unknown. Producers that are behind schedule send
 * for longer, never shorter. A producer that is not restarted may end at any time.
 */
function sendingUntil({ faults, sendingMs }: Plan, startedAt: number): number {
  const mayEnd = faults.some(
    (fault) =>
      (fault.kind === "kill" || fault.kind === "stop") &&
      fault.role === "producer" &&
      fault.restartAfter === undefined,
  );
  return startedAt === 0 || mayEnd ? 0 : startedAt + sendingMs;
}

/** Returns the totals of the ledger and the values derived from them. */
export function valuesAtEnd({ plan, run, ledger, tally, faults, result }: Judged): Values {
  const { messages, lostBy, expectations, lossRatio, throughput, verdict } = result;
  const { joins, commitsAcknowledged, commitsFailed } = ledger.group;
  const killed = (role: "producer" | "consumer"): number =>
    run.lives.filter((life) => life.killed && life.role === role).length;
  return {
    ...valuesBefore(plan),
    sent: messages.sent,
    accepted: messages.accepted,
    rejected: messages.rejected,
    stored: countBits(everStored(ledger.planes)),
    received: messages.received,
    processed: messages.processed,
    duplicated: messages.duplicated,
    lostBy,
    unexplained: result.unexplained,
    unaccounted: messages.unread + messages.indeterminate,
    violations: tally.violations,
    latencyUs: ledger.processing.latencyUs,
    commits: { acknowledged: commitsAcknowledged, failed: commitsFailed },
    joins,
    kills: { producer: killed("producer"), consumer: killed("consumer") },
    lastKillAt: killsOf(faults).lastKillAt,
    lagMaxUs: ledger.schedule.lagMaxUs,
    fallen: new Set(
      faults
        .filter(({ appliedAt }) => appliedAt !== null)
        .map(({ fault, occurrence }) => keyOf({ index: fault }, occurrence)),
    ),
    bounds: expectations,
    step: { lossRatio, ...throughput, lostPerFault: lostPerFaultOf(result) },
    verdict,
    run: factsOf(run.environment),
  };
}

/**
 * Counts the kills that hit a worker, and returns when the last one fell, in milliseconds since
 * 1970.
 */
export function killsOf(faults: readonly FaultEvent[]): Pick<Values, "kills" | "lastKillAt"> {
  const kills = { producer: 0, consumer: 0 };
  const lastKillAt = { producer: 0, consumer: 0 };
  for (const { kind, on, touched, appliedAt } of faults) {
    if (kind !== "kill" || touched === 0 || appliedAt === null) continue;
    const role = killedRoles.find((one) => on.startsWith(`${one} `));
    if (role === undefined) continue;
    kills[role]++;
    lastKillAt[role] = Math.max(lastKillAt[role], appliedAt);
  }
  return { kills, lastKillAt };
}

/** Combines the messages in the log at the scan with those seen there before. */
export function everStored({ stored, seen }: { stored: Uint32Array; seen: Uint32Array }): Uint32Array {
  return stored.map((word, at) => word | seen[at]!);
}
