/**
 * What a scenario says, as a typed object: the keys, units and defaults of a scenario file
 * (docs/scenario-format.md). The schema decides; a test holds these types against it.
 */
import type { Acks, Cause, Guarantee } from "../scenario.js";

/** Whole milliseconds, at most 60m: `500ms`, `3s`, `1.5s`, `2m`. */
export type DurationWritten = `${number}${"ms" | "s" | "m"}`;

/** Whole microseconds, at most 1m: `100us`, `5ms`. */
export type FineDurationWritten = `${number}${"us" | "\u00b5s" | "\u03bcs" | "ms" | "s"}`;

/** Whole bytes: `200B`, `20KB` (1,000 bytes each), `1KiB` (1,024). */
export type SizeWritten = `${number}${"B" | "KB" | "KiB" | "MB" | "MiB"}`;

/** Messages a second, above 0: `2000/s`. */
export type RateWritten = `${number}/s`;

/** A number of messages, or a share of those that were sent, 0 to 100: `2%`. */
export type LimitWritten = number | `${number}%`;

/** Both ends are inclusive; one value is both of them. */
export type BoundWritten =
  | LimitWritten
  | { min: LimitWritten; max?: LimitWritten | undefined }
  | { min?: LimitWritten | undefined; max: LimitWritten };

/** `predicted`: both ends are what the plan predicts. */
export type BoundOfLossWritten = BoundWritten | "predicted";

/** `exposed`: both ends are what the faults reached in the run itself. */
export type BoundOfAllLossWritten = BoundOfLossWritten | "exposed";

type SettingsWritten = Readonly<Record<string, string | number | boolean>>;

interface ClientWritten {
  /** How often the client sends, or asks, again. */
  retries?: number | undefined;
  metadataMaxAge?: DurationWritten | undefined;
  requestTimeout?: DurationWritten | undefined;
}

export interface ScenarioDefinition {
  /** `a-z`, `0-9` and `-`, at most 64 of them: the folder of its results is called so. */
  name: string;
  /** One sentence: what it claims. */
  claim?: string | undefined;
  guarantee: Guarantee;
  brokers?: { count?: 1 | 3 | undefined; config?: SettingsWritten | undefined } | undefined;
  topic?:
    | {
        partitions?: number | undefined;
        replicationFactor?: number | undefined;
        config?: SettingsWritten | undefined;
      }
    | undefined;
  producers: ProducersWritten;
  consumers?: ConsumersWritten | undefined;
  /** At most 100. */
  faults?: readonly FaultWritten[] | undefined;
  /** How many of the faults happen: the seed draws them. */
  faultsDrawn?: number | undefined;
  /** How many trials `repeatScenario` makes, 1 to 10,000. `runScenario` makes one run. */
  repeat?: number | undefined;
  /** From how many trials the bounds on losses come, and how many lie outside each by chance: `1%`. */
  calibrated?: { trials: number; outside: `${number}%` } | undefined;
  /** What it claims, under its own guarantee or under each. */
  expect: ClaimsWritten | ({ [G in Guarantee]?: ClaimsWritten | undefined } & { lost?: never });
}

interface ProducersWritten extends ClientWritten {
  /** A program and its arguments, which sends in place of lossbound's own producers. */
  command?: readonly string[] | undefined;
  count?: number | undefined;
  /** All producers together; a list is for a sweep. */
  rate: RateWritten | readonly RateWritten[];
  /** The rate is more than the client can send. */
  overload?: true | undefined;
  /** In all, all producers together. */
  messages: number;
  size?: SizeWritten | undefined;
  acks?: Acks | undefined;
}

interface ConsumersWritten extends ClientWritten {
  /** A program and its arguments, which reads in place of lossbound's own consumers. */
  command?: readonly string[] | undefined;
  count?: number | undefined;
  /** How many messages one commit covers at most; a list is for a sweep. */
  commitEvery?: number | readonly number[] | undefined;
  /** How long the handler of one message takes. */
  handle?: DurationWritten | undefined;
  reset?: "latest" | "earliest" | undefined;
  sessionTimeout?: DurationWritten | undefined;
  partitionsConsumedConcurrently?: number | undefined;
}

/** A fault has one verb, and exactly one of `at`, `after` and, for consumers, `when`. */
export type FaultWritten =
  | LinkWritten
  | WorkerFaultWritten
  | BrokerFaultWritten
  | TopicFaultWritten
  | OtherFaultWritten;

interface MomentWritten {
  /** Time 0 is when the producers begin to send. */
  at?: DurationWritten | undefined;
  /** So many messages were sent, or handlers began, or ended; exactly one of them. */
  after?: { sent: number } | { received: number } | { processed: number } | undefined;
  times?: number | undefined;
  /** From one start to the next. */
  every?: DurationWritten | undefined;
}

interface MomentOrPlaceWritten extends MomentWritten {
  /** A consumer stands still at this place, and the fault falls there. */
  when?:
    | "before-commit"
    | "in-commit"
    | "after-commit"
    | "during-rebalance"
    | { handling: { message: number; of: number } }
    | undefined;
}

type BrokerWritten = 0 | 1 | 2 | "leader" | "follower";

interface OnLinkWritten extends MomentWritten {
  on: "producer-link" | "consumer-link";
  broker?: BrokerWritten | undefined;
  partition?: number | undefined;
  for?: DurationWritten | undefined;
}

interface OfToxic extends OnLinkWritten {
  stream?: "upstream" | "downstream" | "both" | undefined;
  toxicity?: 1 | undefined;
}

type LinkWritten =
  | (OnLinkWritten & { down: true })
  | (OfToxic & { toxic: "latency"; latency: DurationWritten; jitter?: DurationWritten | undefined })
  | (OfToxic & { toxic: "bandwidth"; rate: number | `${number}${"KB/s" | "MB/s"}` })
  | (OfToxic & { toxic: "slow_close"; delay: DurationWritten })
  | (OfToxic & { toxic: "timeout"; timeout?: DurationWritten | undefined })
  | (OfToxic & { toxic: "reset_peer"; timeout?: DurationWritten | undefined })
  | (OfToxic & {
      toxic: "slicer";
      average_size: number | SizeWritten;
      size_variation?: number | SizeWritten | undefined;
      delay?: FineDurationWritten | undefined;
    })
  | (OfToxic & { toxic: "limit_data"; bytes: number | SizeWritten });

type WorkerRole = "producer" | "consumer";

type WorkerFaultWritten = { worker?: number | undefined } & (
  | (MomentOrPlaceWritten & { kill: WorkerRole; restartAfter?: DurationWritten | undefined })
  | (MomentOrPlaceWritten & { pause: WorkerRole; for: DurationWritten })
  | (MomentWritten & { stop: WorkerRole; restartAfter?: DurationWritten | undefined })
  | (MomentWritten & { oversize: number | SizeWritten })
);

interface OnBrokerWritten extends MomentWritten {
  broker: BrokerWritten;
  partition?: number | undefined;
  for?: DurationWritten | undefined;
}

type BrokerFaultWritten = OnBrokerWritten & ({ kill: "broker" } | { pause: "broker" } | { stop: "broker" });

type TopicFaultWritten = MomentWritten &
  (
    | { deleteRecords: "all" | { upTo?: number | undefined; partition?: number | undefined } }
    | { retention: DurationWritten }
    | { recreateTopic: true }
    | { moveLeader: { partition: number } }
    | { addPartitions: number }
  );

type OtherFaultWritten =
  | (MomentWritten & { join: "consumer"; for: DurationWritten })
  | (MomentWritten & { resetOffsets: "latest" | "earliest" | "expired" });

/** Whoever claims no duplicates at all under at-most-once need not say so. */
export interface ClaimsWritten {
  lost: BoundOfAllLossWritten;
  silentlyLost?: BoundOfLossWritten | undefined;
  lostBy?: { [C in Cause]?: BoundOfLossWritten | undefined } | undefined;
  duplicated?: BoundWritten | undefined;
  /** Of how many nobody can say whether they were lost. Without it, none. */
  indeterminate?: { max: LimitWritten } | undefined;
  /** How many may be lost without a fault that explains it. None if it is not given. */
  unexplained?: { max: LimitWritten } | undefined;
}
