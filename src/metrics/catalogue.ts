import type { LabelName } from "./labels.js";

/**
 * A metric. The exporter, the file of a run's course, the docs and the tests all use these
 * definitions.
 */
export interface Metric {
  name: string;
  type: "counter" | "gauge" | "histogram";
  /** Its meaning, in sentences. */
  help: string;
  unit: "messages" | "seconds" | "ratio" | "per second" | "times" | "commits" | "yes or no";
  /** Labels, besides those that every metric has. */
  labels: readonly LabelName[];
  /** When its value changes during a run. */
  moves: "live" | "on proof" | "at the end" | "never";
  /**
   * Its events are stored without a time: in the course of a run, it has a single sample, at the
   * end.
   */
  timeless?: true;
}

/** Upper limits of the latency's buckets, as powers of two of a microsecond: 1 ms to 67 s. */
export const latencyPowers: readonly number[] = Array.from({ length: 17 }, (_, index) => 10 + index);

export const catalogue = {
  planned: {
    name: "lossbound_messages_planned",
    type: "gauge",
    help: "Messages in the plan.",
    unit: "messages",
    labels: [],
    moves: "never",
  },
  sent: {
    name: "lossbound_messages_sent_total",
    type: "counter",
    help: "Messages given to the client.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  accepted: {
    name: "lossbound_messages_accepted_total",
    type: "counter",
    help: "Messages whose send resolved. With acks=0, this does not mean that a broker has them.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  rejected: {
    name: "lossbound_messages_rejected_total",
    type: "counter",
    help: "Messages whose send failed with an error of the client.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  stored: {
    name: "lossbound_messages_stored_total",
    type: "counter",
    help: "Messages that an auditor saw in the log, by following it or in its final scan.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  received: {
    name: "lossbound_messages_received_total",
    type: "counter",
    help: "Messages whose handler began.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  processed: {
    name: "lossbound_messages_processed_total",
    type: "counter",
    help: "Messages whose handler ended.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  duplicated: {
    name: "lossbound_messages_duplicated_total",
    type: "counter",
    help: "Messages processed more than once.",
    unit: "messages",
    labels: [],
    moves: "on proof",
  },
  lost: {
    name: "lossbound_messages_lost_total",
    type: "counter",
    help: "Messages proved to be lost, by cause. A message that is merely late counts as unaccounted.",
    unit: "messages",
    labels: ["cause"],
    moves: "on proof",
  },
  unexplained: {
    name: "lossbound_messages_unexplained",
    type: "gauge",
    help: "Lost messages that no fault of the run explains, by cause.",
    unit: "messages",
    labels: ["cause"],
    moves: "at the end",
  },
  unaccounted: {
    name: "lossbound_messages_unaccounted",
    type: "gauge",
    help: "Messages sent that are neither processed nor proved to be lost. At the end, those of unknown fate by the ledger.",
    unit: "messages",
    labels: [],
    moves: "live",
  },
  violations: {
    name: "lossbound_violations_total",
    type: "counter",
    help: "Events that at-most-once forbids: a handler that began before its commit or twice, or a message stored twice.",
    unit: "times",
    labels: ["violation"],
    moves: "at the end",
    timeless: true,
  },
  latency: {
    name: "lossbound_end_to_end_latency_seconds",
    type: "histogram",
    help: "Time from the send of a message to the end of its handler. The sum is accurate to 2 %.",
    unit: "seconds",
    labels: [],
    moves: "live",
    timeless: true,
  },
  commits: {
    name: "lossbound_offset_commits_total",
    type: "counter",
    help: "Offset commits that were acknowledged, and those that failed or got no answer.",
    unit: "commits",
    labels: ["result"],
    moves: "live",
    timeless: true,
  },
  joins: {
    name: "lossbound_group_joins_total",
    type: "counter",
    help: "Joins of consumers to their group, at a start or in a rebalance.",
    unit: "times",
    labels: [],
    moves: "live",
    timeless: true,
  },
  faultActive: {
    name: "lossbound_fault_active",
    type: "gauge",
    help: "1 if this fault was in force at any time since the previous scrape.",
    unit: "yes or no",
    labels: ["fault", "on"],
    moves: "live",
  },
  faults: {
    name: "lossbound_faults_total",
    type: "counter",
    help: "Occurrences of this fault.",
    unit: "times",
    labels: ["fault", "on"],
    moves: "live",
  },
  kills: {
    name: "lossbound_worker_kills_total",
    type: "counter",
    help: "Lives of workers ended by SIGKILL.",
    unit: "times",
    labels: ["role"],
    moves: "live",
  },
  lastKill: {
    name: "lossbound_worker_last_kill_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the last SIGKILL of a worker; 0 if there was none.",
    unit: "seconds",
    labels: ["role"],
    moves: "live",
  },
  scheduleLag: {
    name: "lossbound_schedule_lag_seconds",
    type: "gauge",
    help: "Longest time that a send has been behind schedule so far.",
    unit: "seconds",
    labels: [],
    moves: "live",
    timeless: true,
  },
  lossRatio: {
    name: "lossbound_loss_ratio",
    type: "gauge",
    help: "Share of the sent messages that are proved to be lost.",
    unit: "ratio",
    labels: [],
    moves: "on proof",
  },
  bound: {
    name: "lossbound_loss_bound",
    type: "gauge",
    help: "Most (max) and fewest (min) messages that an expectation allows. A share is taken of the plan, and at the end of the sent messages.",
    unit: "messages",
    labels: ["expectation", "limit"],
    moves: "at the end",
  },
  stepLossRatio: {
    name: "lossbound_step_loss_ratio",
    type: "gauge",
    help: "Share of the sent messages lost at this step of a sweep, as the mean of its judged repeats.",
    unit: "ratio",
    labels: [],
    moves: "at the end",
  },
  stepSent: {
    name: "lossbound_step_sent_per_second",
    type: "gauge",
    help: "Messages actually sent per second at this step of a sweep, as the mean of its judged repeats.",
    unit: "per second",
    labels: [],
    moves: "at the end",
  },
  stepProcessed: {
    name: "lossbound_step_processed_per_second",
    type: "gauge",
    help: "Messages actually processed per second at this step of a sweep, as the mean of its judged repeats.",
    unit: "per second",
    labels: [],
    moves: "at the end",
  },
  stepLostPerFault: {
    name: "lossbound_step_lost_per_fault",
    type: "gauge",
    help: "Messages lost per fault that hit something at this step of a sweep, as the mean of its judged repeats with such a fault.",
    unit: "messages",
    labels: [],
    moves: "at the end",
  },
  phase: {
    name: "lossbound_run_phase",
    type: "gauge",
    help: "1 if the run is in this phase. Before its start and after its end, it is in none.",
    unit: "yes or no",
    labels: ["phase"],
    moves: "live",
  },
  until: {
    name: "lossbound_run_until_timestamp_seconds",
    type: "gauge",
    help: "Unix time until which this run will expose metrics at least, which is when it has sent everything; +Inf with --linger, 0 if unknown.",
    unit: "seconds",
    labels: [],
    moves: "live",
  },
  run: {
    name: "lossbound_run_info",
    type: "gauge",
    help: "Versions of the run, and the kind of its environment.",
    unit: "yes or no",
    labels: ["version", "environment", "broker", "proxy", "node"],
    moves: "never",
  },
  verdict: {
    name: "lossbound_run_verdict",
    type: "gauge",
    help: "1 if this is the verdict. A run has none before its end.",
    unit: "yes or no",
    labels: ["verdict"],
    moves: "at the end",
  },
} as const satisfies Record<string, Metric>;
