import { countBelow, sumOf } from "../ledger/box/histogram.js";
import { causes } from "../scenario/scenario.js";
import { type Metric, catalogue, latencyPowers } from "./catalogue.js";
import {
  type LabelName,
  commitResults,
  commonLabels,
  killedRoles,
  limits,
  phases,
  verdicts,
  violations,
} from "./labels.js";
import { seriesName } from "./fault-series.js";
import type { Values } from "./values.js";

/** The labels that identify the run of a series. */
export type RunLabels = Record<(typeof commonLabels)[number], string>;

/** The value of one series at one moment. */
export interface Sample {
  metric: Metric;
  /**
   * Suffix of the metric's name: `_bucket`, `_sum` or `_count` for a histogram, otherwise empty.
   */
  suffix: string;
  labels: Record<string, string>;
  value: number;
}

/** Returns all series of a run, metric by metric. The set of series is fixed before the run. */
export function samplesOf(labels: RunLabels, values: Values): Sample[] {
  return Object.entries(catalogue).flatMap(([key, metric]) =>
    pointsOf[key as keyof typeof catalogue](values).map(({ suffix = "", own = {}, value }) => ({
      metric,
      suffix,
      labels: { ...labels, ...own },
      value,
    })),
  );
}

interface Point {
  suffix?: string;
  own?: Partial<Record<LabelName | "le", string>>;
  value: number;
}

const pointsOf: Record<keyof typeof catalogue, (values: Values) => Point[]> = {
  planned: ({ planned }) => [{ value: planned }],
  sent: ({ sent }) => [{ value: sent }],
  accepted: ({ accepted }) => [{ value: accepted }],
  rejected: ({ rejected }) => [{ value: rejected }],
  stored: ({ stored }) => [{ value: stored }],
  received: ({ received }) => [{ value: received }],
  processed: ({ processed }) => [{ value: processed }],
  duplicated: ({ duplicated }) => [{ value: duplicated }],
  lost: ({ lostBy }) => causes.map((cause) => ({ own: { cause }, value: lostBy[cause] })),
  unexplained: ({ unexplained }) => causes.map((cause) => ({ own: { cause }, value: unexplained[cause] })),
  unaccounted: (values) => [{ value: values.unaccounted ?? values.sent - values.processed - lostOf(values) }],
  violations: ({ violations: found }) => {
    const counts = [found.beganBeforeCommit, found.beganTwice, found.storedTwice];
    return violations.map((violation, index) => ({ own: { violation }, value: counts[index]! }));
  },
  latency: ({ latencyUs }) => {
    const count = latencyUs.reduce((sum, each) => sum + each, 0);
    return [
      ...latencyPowers.map((power) => ({
        suffix: "_bucket",
        own: { le: String(2 ** power / 1e6) },
        value: countBelow(latencyUs, power),
      })),
      { suffix: "_bucket", own: { le: "+Inf" }, value: count },
      { suffix: "_sum", value: sumOf(latencyUs) / 1e6 },
      { suffix: "_count", value: count },
    ];
  },
  commits: ({ commits }) => commitResults.map((result) => ({ own: { result }, value: commits[result] })),
  joins: ({ joins }) => [{ value: joins }],
  faultActive: ({ faults, active, inForceSince }) =>
    faults.map(({ fault, on, keys }) => ({
      own: { fault, on },
      value: inForceSince.has(seriesName({ fault, on })) || keys.some((key) => active.has(key)) ? 1 : 0,
    })),
  faults: ({ faults, fallen }) =>
    faults.map(({ fault, on, keys }) => ({
      own: { fault, on },
      value: keys.filter((key) => fallen.has(key)).length,
    })),
  kills: ({ kills }) => killedRoles.map((role) => ({ own: { role }, value: kills[role] })),
  lastKill: ({ lastKillAt }) =>
    killedRoles.map((role) => ({ own: { role }, value: lastKillAt[role] / 1000 })),
  scheduleLag: ({ lagMaxUs }) => [{ value: lagMaxUs / 1e6 }],
  lossRatio: (values) => [{ value: lossRatioOf(values) }],
  bound: ({ bounds }) =>
    bounds.flatMap((bound) =>
      limits.flatMap((limit) => {
        const value = bound[limit];
        return value === null ? [] : [{ own: { expectation: bound.name, limit }, value }];
      }),
    ),
  stepLossRatio: ({ step }) => [{ value: step.lossRatio }],
  stepSent: ({ step }) => [{ value: step.sentPerSecond }],
  stepProcessed: ({ step }) => [{ value: step.processedPerSecond }],
  stepLostPerFault: ({ step }) => [{ value: step.lostPerFault ?? 0 }],
  phase: ({ phase }) => phases.map((each) => ({ own: { phase: each }, value: each === phase ? 1 : 0 })),
  until: ({ untilMs }) => [{ value: untilMs / 1000 }],
  run: ({ run }) => (run === undefined ? [] : [{ own: run, value: 1 }]),
  verdict: ({ verdict }) =>
    verdicts.map((each) => ({ own: { verdict: each }, value: each === verdict ? 1 : 0 })),
};

function lostOf({ lostBy }: Values): number {
  return causes.reduce((sum, cause) => sum + lostBy[cause], 0);
}

function lossRatioOf(values: Values): number {
  return values.sent === 0 ? 0 : lostOf(values) / values.sent;
}
