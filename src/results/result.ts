import type { Prediction } from "../plan/predict/prediction.js";
import type { Cause, Guarantee, SweepStep, Trial } from "../scenario/scenario.js";
import type { Role } from "../scenario/role.js";
import type { Exposure } from "../verdict/culprits/exposure.js";
import type { Disturbance } from "../verdict/disturbances.js";
import type { Expectation, Verdict } from "../verdict/judge.js";

/**
 * Everything one run found, as data. Terminal, JSON and all other reports are views of it.
 *
 * `npm run schemas` makes schemas/result.schema.json of this type and its comments.
 */
export interface Result {
  schema: "lossbound.result/1";
  /** The lossbound that judged; the schema that came with it describes every key. */
  version: string;
  scenario: string;
  claim: string;
  /** Which step of a sweep it was; `null` where it was none. */
  step: SweepStep | null;
  /** Which trial of several it was; `null` where it was none. */
  trial: Trial | null;
  /** @pattern ^[0-9a-f]{32}$ */
  runId: string;
  seed: Count;
  /**
   * When the producers began to send: ISO 8601, UTC.
   *
   * @pattern ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$
   */
  startedAt: string;
  guarantee: Guarantee;
  verdict: Verdict;
  /** Why the verdict is not `held`, a sentence each; empty where it is. */
  reasons: string[];
  /** Why the run proves nothing, whatever its bounds are, a sentence each: there may be some beside a broken bound. */
  doubts: string[];
  messages: MessageCounts;
  /** Lost messages by the place where they died; every cause is there, with 0 where none did. */
  lostBy: Record<Cause, Count>;
  /** Lost messages that no fault of the run explains, by the place where they died. */
  unexplained: Record<Cause, Count>;
  /** How many messages the faults must have taken, and can have taken, by what workers wrote down; `null` if that cannot be told. */
  exposed: Exposure | null;
  /** Of `lostBy.refused`: not refused itself, but written behind a refused request to the same connection. */
  refusedBehind: Count;
  /** Produce requests that no refusal can be held against: what they lost is `in-transit`. */
  requestsUnlisted: Count;
  violations: { beganBeforeCommit: Count; beganTwice: Count; storedTwice: Count };
  /** Which witnesses this run had. A cause without its witness falls to the wider one. */
  witnesses: Witness[];
  /** What no witness of this run could tell, and how it is counted instead, a sentence each; not there where nothing is. */
  untold?: string[];
  /** Where brokers cut their replicas of the log, in the order of time; `null` where nobody could read that. */
  truncations: TruncationResult[] | null;
  /** Lost, and the application was never told. */
  silentlyLost: Count;
  /** lost / sent; 0 where nothing was sent. */
  lossRatio: number;
  throughput: { sentPerSecond: number; processedPerSecond: number };
  /** How late messages were sent, against the moment that the rate asks for, in milliseconds. */
  scheduleLagMs: { p99: number; max: number };
  /** What the machine did beside what the scenario asks for. */
  disturbances: Disturbance[];
  /** From the sending of a message to the end of its handler, in milliseconds. */
  latencyMs: { p50: number; p95: number; p99: number; max: number };
  /** The same, counted: from the first span that holds a handler's end to the last. */
  latencyHistogram: LatencySpan[];
  faults: FaultResult[];
  /** Every life of every worker: producers first, each worker's lives in their order. */
  lives: LifeResult[];
  expectations: Expectation[];
  /** What the plan predicted before the run, or why it predicted nothing. */
  prediction: Prediction;
  /** One entry a second of sending, from the start of the run. */
  timeline: TimelineSecond[];
  environment: { kind: string; broker: string; proxy: string; client: string; node: string };
  /** The command that repeats this run. */
  repeatWith: string;
}

/**
 * A whole number, 0 or more.
 *
 * @asType integer
 * @minimum 0
 */
type Count = number;

export type Witness = "write-callbacks" | "reports" | "broker-log" | "following-auditor" | "acknowledgements";

export interface MessageCounts {
  planned: Count;
  unsent: Count;
  sent: Count;
  accepted: Count;
  rejected: Count;
  stored: Count;
  received: Count;
  processed: Count;
  duplicated: Count;
  lost: Count;
  unread: Count;
  indeterminate: Count;
}

export interface FaultResult {
  /** What it fell on: `producer-link`, `consumer-link to broker 2`, `producer 0`, `consumer 1`, `broker 2`. */
  on: string;
  /** A toxic's type, `down`, or `kill`. */
  kind: string;
  /** Milliseconds since the producers began to send; `null`: never. */
  appliedAt: number | null;
  healedAt: number | null;
  /** What the fault was seen to hit: of a link connections and dials, of a worker its process, of the rest by its kind. */
  touched: Count;
  /** What the probe saw while the fault was in force; `null` where it is blind to this kind. */
  probe: string | null;
  /** The messages that this occurrence took, by the place where they died. */
  lostBy: Record<Cause, Count>;
  /** How many messages it must have taken, and can have taken; `null` if that cannot be told. */
  exposed: Exposure | null;
}

/**
 * A broker cut its replica of a partition: what it had at this offset and above is gone from it. Where that
 * was the only copy, it is gone from the log.
 */
export interface TruncationResult {
  /** Id of the broker. */
  broker: number;
  partition: number;
  offset: number;
  /** Milliseconds since the producers began to send. */
  at: number;
}

/** One start to one end of a worker's process. */
export interface LifeResult {
  role: Role;
  worker: number;
  /** 0 is the worker's first. */
  life: number;
  /** Milliseconds since the producers began to send; `null` where the event file does not tell. */
  startedAt: number | null;
  endedAt: number | null;
  /** Whether it ended by SIGKILL. */
  killed: boolean;
}

/** Handlers that ended from `fromMs` to below `toMs` after the sending of their message. */
export interface LatencySpan {
  fromMs: number;
  toMs: number;
  count: Count;
}

export interface TimelineSecond {
  second: Count;
  sent: Count;
  processed: Count;
  lostBy: Record<Cause, Count>;
}

/** Whether it is broken by what is no bound of the scenario, such as a comparison with results of before. */
export function isBrokenBeside({ verdict, expectations }: Pick<Result, "verdict" | "expectations">): boolean {
  return verdict === "broken" && !expectations.some((expectation) => expectation.verdict === "broken");
}
