import { version } from "../base/version.js";
import type { FaultEvent } from "../ledger/record/events.js";
import { type Span, quantile, spansOf } from "../ledger/box/histogram.js";
import type { Ledger } from "../ledger/ledger.js";
import { type LifeTimes, timesOf } from "../ledger/record/life-times.js";
import type { RunRecord } from "../ledger/record/run-record.js";
import type { Plan } from "../plan/plan.js";
import { predictLoss } from "../plan/predict/predict.js";
import type { Culprits } from "../verdict/culprits/culprits.js";
import type { Evidence } from "../verdict/culprits/evidence.js";
import type { Disturbances } from "../verdict/disturbances.js";
import { type Judgement, lostInAll, silentlyLost } from "../verdict/judge.js";
import { type Tally, lostBy } from "../verdict/fates/tally.js";
import type {
  FaultResult,
  LatencySpan,
  LifeResult,
  MessageCounts,
  Result,
  TruncationResult,
  Witness,
} from "./result.js";

export interface ResultParts {
  run: RunRecord;
  ledger: Ledger;
  tally: Tally;
  faults: readonly FaultEvent[];
  lifeTimes: LifeTimes;
  culprits: Culprits;
  disturbances: Disturbances;
  judgement: Judgement;
}

/** Everything that is known of a run that was judged. */
export interface Judged extends ResultParts {
  plan: Plan;
  /** What the culprits were found by. */
  evidence: Evidence;
  result: Result;
}

export function makeResult(parts: ResultParts): Result {
  const { run, ledger, tally, faults, lifeTimes, culprits, disturbances, judgement } = parts;
  const { startedAt } = run;
  const { scenario } = run.plan;
  const messages = countsOf(tally);
  return {
    schema: "lossbound.result/1",
    version,
    scenario: scenario.name,
    claim: scenario.claim,
    step: scenario.step ?? null,
    trial: scenario.trial ?? null,
    runId: run.runId,
    seed: run.plan.seed,
    startedAt: new Date(startedAt).toISOString(),
    guarantee: scenario.guarantee,
    verdict: judgement.verdict,
    reasons: judgement.reasons,
    doubts: judgement.doubts,
    messages,
    lostBy: lostBy(tally),
    unexplained: culprits.unexplained,
    exposed: culprits.exposures?.all ?? null,
    refusedBehind: tally.refusedBehind,
    requestsUnlisted: ledger.requestsUnlisted,
    violations: tally.violations,
    witnesses: witnessesOf(run),
    ...untoldOf(run),
    truncations: truncationsOf(run),
    silentlyLost: silentlyLost(tally),
    lossRatio: ratio(messages.lost, messages.sent),
    throughput: {
      sentPerSecond: perSecond(messages.sent, startedAt, ledger.schedule.sendingUntil),
      processedPerSecond: perSecond(messages.processed, startedAt, ledger.processing.until),
    },
    scheduleLagMs: lagOf(ledger.schedule),
    disturbances: disturbances.list.map((one) => ({ ...one, ms: Math.round(one.ms) })),
    latencyMs: latencyOf(ledger.processing),
    latencyHistogram: spansOf(ledger.processing.latencyUs).map(inMilliseconds),
    faults: faults
      .map((fault, index) => ({
        ...faultOf(fault, startedAt),
        lostBy: culprits.lostBy[index]!,
        exposed: culprits.exposures?.each[index] ?? null,
      }))
      .toSorted(byMoment),
    lives: livesOf(run, lifeTimes),
    expectations: judgement.expectations,
    prediction: predictLoss(scenario),
    timeline: tally.seconds.map((second, index) => ({ second: index, ...second })),
    environment: run.environment,
    repeatWith: run.repeatWith,
  };
}

function witnessesOf({ witnesses, plan: { scenario } }: RunRecord): Witness[] {
  const posted: Witness[] = [scenario.producers.command === undefined ? "write-callbacks" : "reports"];
  if (scenario.producers.acks !== 0) posted.push("acknowledgements");
  if (witnesses.refusals !== null) posted.push("broker-log");
  if (witnesses.followed) posted.push("following-auditor");
  return posted;
}

/** A command's process is closed to us: what it prints is all that is known of it. */
function untoldOf({ plan: { scenario } }: RunRecord): Pick<Result, "untold"> {
  if (scenario.producers.command === undefined) return {};
  const ofConsumers = [
    "after-commit and in-processing: nobody saw where a record was between its fetch and its report; one that was committed over without a report counts as skipped",
    "processed: it is what the command reported, which may have dealt with it or not",
  ];
  const untold = [
    "client-buffer: nobody saw what stayed in the command's process; it counts as in-transit",
    "refused: nobody knows the command's requests in the brokers' logs; it counts as in-transit",
    "unsent: what a command that was killed had taken up, and neither reported nor stored, counts as never sent",
    "latency and lateness: the command does not say when it took a message up; they are not measured",
    ...(scenario.consumers.command === undefined ? [] : ofConsumers),
  ];
  return { untold };
}

function truncationsOf({ witnesses, startedAt }: RunRecord): TruncationResult[] | null {
  const { truncations } = witnesses;
  if (truncations === null) return null;
  return truncations
    .map((cut) => ({ ...cut, at: Math.round(cut.at - startedAt) }))
    .toSorted((one, next) => one.at - next.at);
}

function countsOf(tally: Tally): MessageCounts {
  const { planned, sent, accepted, rejected, stored, received, fates } = tally;
  return {
    planned,
    unsent: fates.unsent,
    sent,
    accepted,
    rejected,
    stored,
    received,
    processed: fates.processed + fates.duplicated,
    duplicated: fates.duplicated,
    lost: lostInAll(tally),
    unread: fates.unread,
    indeterminate: fates.indeterminate,
  };
}

function faultOf(
  { on, kind, appliedAt, healedAt, touched, probe }: FaultEvent,
  startedAt: number,
): Omit<FaultResult, "lostBy" | "exposed"> {
  return {
    on,
    kind,
    appliedAt: sinceStart(appliedAt, startedAt),
    healedAt: sinceStart(healedAt, startedAt),
    touched,
    probe,
  };
}

function sinceStart(at: number | null, startedAt: number): number | null {
  return at === null ? null : Math.round(at - startedAt);
}

/** In the order in which they fell; those that never did come last. */
function byMoment(a: FaultResult, b: FaultResult): number {
  return (a.appliedAt ?? Number.MAX_SAFE_INTEGER) - (b.appliedAt ?? Number.MAX_SAFE_INTEGER);
}

function livesOf({ lives, startedAt }: RunRecord, times: LifeTimes): LifeResult[] {
  const inOrder = lives.toSorted(
    (a, b) =>
      Number(a.role === "consumer") - Number(b.role === "consumer") || a.worker - b.worker || a.life - b.life,
  );
  return inOrder.map((record) => {
    const { role, worker, life, killed } = record;
    const { startedAt: from, endedAt: to } = timesOf(times, record);
    return {
      role,
      worker,
      life,
      startedAt: sinceStart(from, startedAt),
      endedAt: sinceStart(to, startedAt),
      killed,
    };
  });
}

function lagOf({ lagUs, lagMaxUs }: Ledger["schedule"]): Result["scheduleLagMs"] {
  return { p99: atMost(lagMaxUs, quantile(lagUs, 0.99)), max: milliseconds(lagMaxUs) };
}

function latencyOf({ latencyUs, latencyMaxUs }: Ledger["processing"]): Result["latencyMs"] {
  const at = (q: number): number => atMost(latencyMaxUs, quantile(latencyUs, q));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: milliseconds(latencyMaxUs) };
}

function inMilliseconds({ fromUs, toUs, count }: Span): LatencySpan {
  return { fromMs: fromUs / 1000, toMs: toUs / 1000, count };
}

/** A quantile is the upper edge of its bucket, which may lie above the highest value recorded. */
function atMost(maxUs: number, us: number): number {
  return milliseconds(Math.min(us, maxUs));
}

function milliseconds(us: number): number {
  return Math.round(us / 10) / 100;
}

function perSecond(count: number, from: number, until: number): number {
  return until <= from ? 0 : Math.round((count / (until - from)) * 10_000) / 10;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
