import type { Phase } from "../experiment/progress.js";
import { causes, guarantees } from "../scenario/scenario.js";
import type { Verdict } from "../verdict/judge.js";

/** A metric, defined once: the exporter, the file of a run's course, the docs and the tests are made of this. */
export interface Metric {
  name: string;
  type: "counter" | "gauge" | "histogram";
  /** The question that it answers. */
  help: string;
  unit: "messages" | "seconds" | "ratio" | "per second" | "times" | "commits" | "yes or no";
  /** Labels beside `commonLabels`. */
  labels: readonly LabelName[];
  /** When it moves while a run goes on. */
  moves: "live" | "on proof" | "at the end" | "never";
}

/** Labels that every metric has: which run of load it is about. */
export const commonLabels = ["scenario", "guarantee", "client", "step"] as const;

export type LabelName =
  | "cause"
  | "violation"
  | "result"
  | "role"
  | "fault"
  | "on"
  | "expectation"
  | "limit"
  | "phase"
  | "verdict"
  | "version"
  | "environment"
  | "broker"
  | "proxy"
  | "node";

export const violations = ["began-before-commit", "began-twice", "stored-twice"] as const;
export const commitResults = ["acknowledged", "failed"] as const;
export const killedRoles = ["producer", "consumer"] as const;
export const limits = ["min", "max"] as const;
export const phases = [
  "starting",
  "sending",
  "healing",
  "draining",
  "scanning",
  "judging",
] as const satisfies readonly Phase[];
export const verdicts = ["held", "broken", "inconclusive"] as const satisfies readonly Verdict[];

/** What each label may say: never the name of a message, a run or a process, so that no run adds series to another's. */
export const labelValues: Record<LabelName | (typeof commonLabels)[number], readonly string[] | string> = {
  scenario: "the scenario's name",
  guarantee: guarantees,
  client: "the client library's name",
  step: "the value of a sweep that was run, such as `2000` of a rate; `none` without one",
  cause: causes,
  violation: violations,
  result: commitResults,
  role: killedRoles,
  fault: "the kind of a fault of the plan: `timeout`, `down`, `kill`, …",
  on: "what the plan has it fall on: `producer-link`, `consumer 1`, `leader of partition 0`, …",
  expectation:
    "the name of a bound of the scenario: `lost`, `silentlyLost`, `lostBy.in-transit`, `duplicated`, …",
  limit: limits,
  phase: phases,
  verdict: verdicts,
  version: "lossbound's",
  environment: "`local`, `docker` or `external`",
  broker: "the brokers' version",
  proxy: "Toxiproxy's version",
  node: "Node's version",
};

/** The latency's buckets end at these powers of two of a microsecond: 1 ms to 67 s. */
export const latencyPowers: readonly number[] = Array.from({ length: 17 }, (_, place) => 10 + place);

export const catalogue = {
  planned: {
    name: "lossbound_messages_planned",
    type: "gauge",
    help: "How many messages does the plan have?",
    unit: "messages",
    labels: [],
    moves: "never",
  },
  sent: {
    name: "lossbound_messages_sent_total",
    type: "counter",
    help: "How many messages were given to the client?",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  accepted: {
    name: "lossbound_messages_accepted_total",
    type: "counter",
    help: "Of how many messages did the client's send resolve? With acks=0 that says nothing of a broker.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  rejected: {
    name: "lossbound_messages_rejected_total",
    type: "counter",
    help: "Of how many messages did the client's send report an error?",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  stored: {
    name: "lossbound_messages_stored_total",
    type: "counter",
    help: "How many messages did an auditor see in the log, by following it or at its scan?",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  received: {
    name: "lossbound_messages_received_total",
    type: "counter",
    help: "Of how many messages did a handler begin?",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  processed: {
    name: "lossbound_messages_processed_total",
    type: "counter",
    help: "Of how many messages did a handler end?",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  duplicated: {
    name: "lossbound_messages_duplicated_total",
    type: "counter",
    help: "How many messages were processed more than once?",
    unit: "messages",
    labels: [],
    moves: "on proof",
  },
  lost: {
    name: "lossbound_messages_lost_total",
    type: "counter",
    help: "How many messages are proved to be lost, by the place where they died? What is merely late is unaccounted.",
    unit: "messages",
    labels: ["cause"],
    moves: "on proof",
  },
  unexplained: {
    name: "lossbound_messages_unexplained",
    type: "gauge",
    help: "How many lost messages does no fault of the run explain, by the place where they died?",
    unit: "messages",
    labels: ["cause"],
    moves: "at the end",
  },
  unaccounted: {
    name: "lossbound_messages_unaccounted",
    type: "gauge",
    help: "How many messages were sent, and are neither processed nor proved to be lost? At the end: of how many does the ledger leave that open?",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  violations: {
    name: "lossbound_violations_total",
    type: "counter",
    help: "How often did what at-most-once forbids happen: a handler that began before its commit, or twice, and a message stored twice?",
    unit: "times",
    labels: ["violation"],
    moves: "at the end",
  },
  latency: {
    name: "lossbound_end_to_end_latency_seconds",
    type: "histogram",
    help: "How long did messages take from their sending to the end of their handler? The sum is within 2 % of the true one.",
    unit: "seconds",
    labels: [],
    moves: "live",
  },
  commits: {
    name: "lossbound_offset_commits_total",
    type: "counter",
    help: "How many commits of offsets were acknowledged, and how many failed or stayed without an answer?",
    unit: "commits",
    labels: ["result"],
    moves: "live",
  },
  joins: {
    name: "lossbound_group_joins_total",
    type: "counter",
    help: "How often did a consumer join its group, by a start or by a rebalance?",
    unit: "times",
    labels: [],
    moves: "live",
  },
  faultActive: {
    name: "lossbound_fault_active",
    type: "gauge",
    help: "Was this fault in force at any time since the scrape before?",
    unit: "yes or no",
    labels: ["fault", "on"],
    moves: "live",
  },
  faults: {
    name: "lossbound_faults_total",
    type: "counter",
    help: "How often did this fault fall?",
    unit: "times",
    labels: ["fault", "on"],
    moves: "live",
  },
  kills: {
    name: "lossbound_worker_kills_total",
    type: "counter",
    help: "How many lives of workers were ended by SIGKILL?",
    unit: "times",
    labels: ["role"],
    moves: "live",
  },
  scheduleLag: {
    name: "lossbound_schedule_lag_seconds",
    type: "gauge",
    help: "How far behind its schedule did the sending fall at worst so far?",
    unit: "seconds",
    labels: [],
    moves: "live",
  },
  lossRatio: {
    name: "lossbound_loss_ratio",
    type: "gauge",
    help: "Which share of the messages that were sent is proved to be lost?",
    unit: "ratio",
    labels: [],
    moves: "on proof",
  },
  bound: {
    name: "lossbound_loss_bound",
    type: "gauge",
    help: "How many messages may (max), and must (min), the scenario's expectation count? A share is taken of the plan, and at the end of what was sent.",
    unit: "messages",
    labels: ["expectation", "limit"],
    moves: "at the end",
  },
  stepLossRatio: {
    name: "lossbound_step_loss_ratio",
    type: "gauge",
    help: "At this step of load, which share of what was sent is lost? The mean of its repeats that are judged.",
    unit: "ratio",
    labels: [],
    moves: "at the end",
  },
  stepSent: {
    name: "lossbound_step_sent_per_second",
    type: "gauge",
    help: "At this step of load, how many messages a second were sent in fact? The mean of its repeats that are judged.",
    unit: "per second",
    labels: [],
    moves: "at the end",
  },
  stepProcessed: {
    name: "lossbound_step_processed_per_second",
    type: "gauge",
    help: "At this step of load, how many messages a second were processed in fact? The mean of its repeats that are judged.",
    unit: "per second",
    labels: [],
    moves: "at the end",
  },
  stepLostPerFault: {
    name: "lossbound_step_lost_per_fault",
    type: "gauge",
    help: "At this step of load, how many messages were lost for each fault that hit something? The mean of its repeats that are judged and have one.",
    unit: "messages",
    labels: [],
    moves: "at the end",
  },
  phase: {
    name: "lossbound_run_phase",
    type: "gauge",
    help: "Is the run in this phase now? In none before its start and after its end.",
    unit: "yes or no",
    labels: ["phase"],
    moves: "live",
  },
  until: {
    name: "lossbound_run_until_timestamp_seconds",
    type: "gauge",
    help: "Until when is this run to be heard of at least, in seconds since 1970? Until it has sent everything; where it lingers, until its end was scraped, and that is +Inf. 0 where nothing of the sort is known.",
    unit: "seconds",
    labels: [],
    moves: "live",
  },
  run: {
    name: "lossbound_run_info",
    type: "gauge",
    help: "Which versions, and which kind of environment, does the run have?",
    unit: "yes or no",
    labels: ["version", "environment", "broker", "proxy", "node"],
    moves: "never",
  },
  verdict: {
    name: "lossbound_run_verdict",
    type: "gauge",
    help: "Is this the verdict? None is before the run has ended.",
    unit: "yes or no",
    labels: ["verdict"],
    moves: "at the end",
  },
} as const satisfies Record<string, Metric>;
