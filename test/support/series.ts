import type { Result } from "../../src/results/result.js";

/** The values of each series in file order, by its name with labels. */
export type Series = Map<string, number[]>;

const line = /^([a-zA-Z_:][\w:]*)\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (\S+)(?: (\S+))?$/;

/** Parses Prometheus' text format or OpenMetrics. Throws for any line that is neither. */
export function readSeries(text: string): Series {
  const series: Series = new Map();
  for (const each of text.split("\n")) {
    if (each === "" || each.startsWith("#")) continue;
    const [, name, labels, value] = line.exec(each) ?? [];
    if (name === undefined) throw new Error(`not a sample: ${each}`);
    const key = `${name}{${labels}}`;
    series.set(key, [...(series.get(key) ?? []), value === "+Inf" ? Infinity : Number(value)]);
  }
  return series;
}

/**
 * Returns the last value of each series with the given name, by the value of `label` ("" without
 * one).
 */
export function lastBy(series: Series, name: string, label?: string): Record<string, number> {
  const found = [...series].filter(([key]) => key.startsWith(`${name}{`));
  return Object.fromEntries(
    found.map(([key, values]) => [
      label === undefined ? "" : new RegExp(`[{,]${label}="([^"]*)"`).exec(key)![1]!,
      values.at(-1)!,
    ]),
  );
}

/** Returns the final metrics of one run, as far as its result has the same figures. */
export function totalsIn(series: Series): object {
  const one = (name: string): number | undefined => lastBy(series, name)[""];
  return {
    planned: one("lossbound_messages_planned"),
    sent: one("lossbound_messages_sent_total"),
    accepted: one("lossbound_messages_accepted_total"),
    rejected: one("lossbound_messages_rejected_total"),
    received: one("lossbound_messages_received_total"),
    processed: one("lossbound_messages_processed_total"),
    duplicated: one("lossbound_messages_duplicated_total"),
    lostBy: lastBy(series, "lossbound_messages_lost_total", "cause"),
    unaccounted: one("lossbound_messages_unaccounted"),
    violations: lastBy(series, "lossbound_violations_total", "violation"),
    lossRatio: one("lossbound_loss_ratio"),
    stepLossRatio: one("lossbound_step_loss_ratio"),
    sentPerSecond: one("lossbound_step_sent_per_second"),
    processedPerSecond: one("lossbound_step_processed_per_second"),
    lostPerFault: one("lossbound_step_lost_per_fault"),
    // Round to whole microseconds first, as measured: binary seconds would round a half down.
    lagMs: Math.round(Math.round((one("lossbound_schedule_lag_seconds") ?? Number.NaN) * 1e6) / 10) / 100,
    faults: [...series].reduce(
      (sum, [key, values]) => sum + (key.startsWith("lossbound_faults_total{") ? values.at(-1)! : 0),
      0,
    ),
    verdict: lastBy(series, "lossbound_run_verdict", "verdict"),
    kills: sumOf(lastBy(series, "lossbound_worker_kills_total", "role")),
  };
}

/** Returns the same figures from the result. */
export function totalsOf(result: Result): object {
  const { messages, lostBy, violations, lossRatio, throughput, scheduleLagMs, faults, verdict } = result;
  const { planned, sent, accepted, rejected, received, processed, duplicated, unread, indeterminate } =
    messages;
  const hits = faults.filter(({ touched }) => touched > 0).length;
  return {
    planned,
    sent,
    accepted,
    rejected,
    received,
    processed,
    duplicated,
    lostBy,
    unaccounted: unread + indeterminate,
    violations: {
      "began-before-commit": violations.beganBeforeCommit,
      "began-twice": violations.beganTwice,
      "stored-twice": violations.storedTwice,
    },
    lossRatio,
    stepLossRatio: lossRatio,
    ...throughput,
    lostPerFault: hits === 0 ? 0 : messages.lost / hits,
    lagMs: scheduleLagMs.max,
    faults: faults.filter(({ appliedAt }) => appliedAt !== null).length,
    verdict: { held: 0, broken: 0, inconclusive: 0, [verdict]: 1 },
    kills: faults.filter(
      ({ on, kind, touched }) => kind === "kill" && touched === 1 && /^(prod|cons)/.test(on),
    ).length,
  };
}

/**
 * Returns the figures that a course has accumulated second by second: those in the sample before
 * the last one. The last sample comes from the ledger, and would be the same for any course.
 */
export function bookedIn(course: Series): object {
  const before: Series = new Map([...course].map(([key, values]) => [key, values.slice(0, -1)]));
  const one = (name: string): number | undefined => lastBy(before, `lossbound_messages_${name}`)[""];
  return {
    sent: one("sent_total"),
    accepted: one("accepted_total"),
    rejected: one("rejected_total"),
    stored: one("stored_total"),
    received: one("received_total"),
    processed: one("processed_total"),
    duplicated: one("duplicated_total"),
    lostBy: lastBy(before, "lossbound_messages_lost_total", "cause"),
    unaccounted: one("unaccounted"),
  };
}

/** Returns the same figures from the result; `stored` counts messages that were ever in the log. */
export function bookedOf({ messages, lostBy }: Result, stored: number): object {
  const { sent, accepted, rejected, received, processed, duplicated, unread, indeterminate } = messages;
  const unaccounted = unread + indeterminate;
  return { sent, accepted, rejected, stored, received, processed, duplicated, lostBy, unaccounted };
}

/** Lists counters and histogram counts that decrease from one sample to the next. */
export function backwardsIn(samples: Series): string[] {
  return [...samples]
    .filter(([key]) => /^lossbound_\w+(_total|_bucket|_count|_sum)\{/.test(key))
    .filter(([, values]) => values.some((value, index) => index > 0 && value < values[index - 1]!))
    .map(([key]) => key);
}

/** Returns the series of one scenario. */
export function seriesOf(scenario: string, series: Series): Series {
  return new Map([...series].filter(([key]) => key.includes(`{scenario="${scenario}",`)));
}

export function sumOf(values: Record<string, number>): number {
  return Object.values(values).reduce((sum, value) => sum + value, 0);
}
