import { keyOf } from "../plan/occurrence-key.js";
import type { FaultEvent } from "../ledger/record/events.js";
import type { Judged } from "../results/make-result.js";
import { causes } from "../scenario/scenario.js";
import { courseOf } from "../verdict/fates/course.js";
import { type Metric } from "./catalogue.js";
import { phases } from "./labels.js";
import { type RunLabels, type Sample, samplesOf } from "./samples.js";
import { type Values, factsOf, killsOf, valuesAtEnd, valuesBefore } from "./values.js";

/** Name of the file with a run's metrics over time, in its folder. */
export const courseName = "metrics.om";

export interface CourseParts {
  judged: Judged;
  /** Start of each phase, in milliseconds since 1970. */
  phases: readonly { at: number; phase: string }[];
  labels: RunLabels;
}

/** Samples of a series at most. A run of more seconds has one sample every few seconds. */
const samplesMax = 900;

/**
 * Renders the metrics of a run over time as OpenMetrics text with timestamps, from the evidence of
 * the run: one sample at its beginning, and one per second from the first message on. The fate of a
 * message is counted at the second of its send, even if it was known later. Metrics whose events
 * have no time (commits, joins, latency, lag, violations) have a single sample at the end: a total,
 * but no false rate.
 */
export function renderCourse({ judged, phases: begun, labels }: CourseParts): string {
  const { startedAt } = judged.run;
  const end = valuesAtEnd(judged);
  const moments = momentsOf(judged, begun);
  const families = new Map<string, Map<string, string[]>>();
  const seconds = secondsOf(judged);
  let passed = 0;
  let sums: Values = {
    ...valuesBefore(judged.plan),
    bounds: end.bounds,
    run: factsOf(judged.run.environment),
  };
  for (const [index, at] of moments.entries()) {
    for (; startedAt + passed * 1000 < at; passed++) sums = add(sums, seconds[passed]);
    const isLast = index === moments.length - 1;
    const since = moments[index - 1] ?? -Infinity;
    const values = isLast ? end : { ...sums, ...happening(judged.faults, { since, at }, begun) };
    for (const sample of samplesOf(labels, values)) {
      if (isLast || !sample.metric.timeless) file(families, sample, at);
    }
  }
  const blocks = [...families].flatMap(([head, metrics]) => [head, ...[...metrics.values()].flat()]);
  return `${[...blocks, "# EOF"].join("\n")}\n`;
}

/**
 * Returns the times of the samples, in milliseconds since 1970: the beginning of the run, if
 * recorded, and every second from the first message on. The last but one is after the last send,
 * and the last one is after every other event.
 */
function momentsOf(
  { run, ledger, tally, faults }: Judged,
  begun: readonly { at: number; phase: string }[],
): number[] {
  const happened = [
    ledger.processing.until,
    ...faults.flatMap(({ appliedAt, healedAt }) => [appliedAt ?? 0, healedAt ?? 0]),
    ...begun.map(({ at }) => at),
  ];
  const until = happened.reduce((latest, at) => Math.max(latest, at), run.startedAt);
  const last = Math.max(tally.seconds.length, Math.ceil((until - run.startedAt) / 1000)) + 1;
  const every = Math.ceil(last / samplesMax);
  const count = Math.ceil((last - 1) / every) + 1;
  const seconds = Array.from({ length: count + 1 }, (_, index) => run.startedAt + index * every * 1000);
  const beginning = Math.ceil(Math.min(run.startedAt, ...begun.map(({ at }) => at)));
  return beginning < run.startedAt ? [beginning, ...seconds] : seconds;
}

type Second = Pick<
  Values,
  "sent" | "processed" | "accepted" | "rejected" | "stored" | "received" | "duplicated" | "lostBy"
>;

function secondsOf({ ledger, tally, run }: Judged): Second[] {
  const course = courseOf(ledger, run.startedAt);
  return tally.seconds.map((second, index) => ({ ...second, ...course[index]! }));
}

function add(sums: Values, second: Second | undefined): Values {
  if (second === undefined) return sums;
  const names = ["sent", "processed", "accepted", "rejected", "stored", "received", "duplicated"] as const;
  const counts = Object.fromEntries(names.map((name) => [name, sums[name] + second[name]]));
  const lostBy = { ...sums.lostBy };
  for (const cause of causes) lostBy[cause] += second.lostBy[cause];
  return { ...sums, ...counts, lostBy };
}

/** Returns the faults and the phase between the previous sample and this one. */
function happening(
  faults: readonly FaultEvent[],
  { since, at }: { since: number; at: number },
  begun: readonly { at: number; phase: string }[],
): Pick<Values, "active" | "fallen" | "kills" | "lastKillAt" | "phase"> {
  const fallen = faults.filter(({ appliedAt }) => appliedAt !== null && appliedAt <= at);
  // Includes a fault that was healed before the sample.
  const active = fallen.filter((fault) => endOf(fault) > since);
  const phase = begun.findLast((each) => each.at <= at)?.phase;
  return {
    active: new Set(active.map(nameOf)),
    fallen: new Set(fallen.map(nameOf)),
    ...killsOf(fallen),
    phase: phases.find((each) => each === phase),
  };
}

/**
 * Returns the end of a fault. A worker that is not restarted stays dead; any other fault without an
 * end is momentary.
 */
function endOf({ kind, appliedAt, healedAt }: FaultEvent): number {
  return healedAt ?? (kind === "kill" || kind === "stop" ? Infinity : appliedAt!);
}

function nameOf({ fault, occurrence }: FaultEvent): string {
  return keyOf({ index: fault }, occurrence);
}

/**
 * Adds a sample to its family, which keeps the samples of a metric together and in order of time.
 */
function file(
  families: Map<string, Map<string, string[]>>,
  { metric, suffix, labels, value }: Sample,
  at: number,
): void {
  const head = headOf(metric);
  const metrics = families.get(head) ?? new Map<string, string[]>();
  families.set(head, metrics);
  const { le: _, ...own } = labels;
  const key = JSON.stringify(own);
  const lines = metrics.get(key) ?? [];
  metrics.set(key, lines);
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  lines.push(`${metric.name}${suffix}{${pairs.join(",")}} ${value} ${at / 1000}`);
}

/** Returns the header of a family; OpenMetrics names it without the suffix of its type. */
function headOf({ name, type, help, unit }: Metric): string {
  const isInfo = name.endsWith("_info");
  const family = name.replace(/_(total|info)$/, "");
  return [
    `# TYPE ${family} ${isInfo ? "info" : type}`,
    ...(unit === "seconds" || unit === "ratio" ? [`# UNIT ${family} ${unit}`] : []),
    `# HELP ${family} ${escaped(help)}`,
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
