import type { Measures } from "../../src/experiment/live/measure.js";
import type { Exporter } from "../../src/metrics/exporter.js";
import { everStored } from "../../src/metrics/values.js";
import type { Judged } from "../../src/results/make-result.js";
import { countBits } from "../../src/ledger/box/bits.js";

/** The last live measurements of a run, before the ledger replaced them. */
export interface LastLook {
  measured: Measures;
  judged: Judged;
}

/** Makes an exporter record the last measurements of each run, by scenario. */
export function lookLast(exporter: Pick<Exporter, "begin" | "finish">): Map<string, LastLook> {
  const looks = new Map<string, LastLook>();
  const { begin, finish } = exporter;
  let measure: (() => Measures) | undefined;
  exporter.begin = (plan, facts, now) => {
    measure = now;
    return begin.call(exporter, plan, facts, now);
  };
  exporter.finish = (judged) => {
    looks.set(judged.run.plan.scenario.name, { measured: measure!(), judged });
    finish.call(exporter, judged);
  };
  return looks;
}

/** Returns the measurements that must agree with the ledger, which reads the same black boxes. */
export function measuredIn({ measured }: LastLook): object {
  const { sent, accepted, rejected, received, processed, duplicated, commits, joins, kills } = measured;
  const handled = measured.latencyUs.reduce((sum, count) => sum + count, 0);
  return { sent, accepted, rejected, received, processed, duplicated, commits, joins, kills, handled };
}

/** Returns the same figures from the ledger. */
export function measurableOf({ judged: { result, ledger, run } }: LastLook): object {
  const { sent, accepted, rejected, received, processed, duplicated } = result.messages;
  const { joins, commitsAcknowledged: acknowledged, commitsFailed: failed } = ledger.group;
  const killed = (wanted: string): number =>
    run.lives.filter((life) => life.killed && life.role === wanted).length;
  return {
    sent,
    accepted,
    rejected,
    received,
    processed,
    duplicated,
    joins,
    commits: { acknowledged, failed },
    kills: { producer: killed("producer"), consumer: killed("consumer") },
    handled: ledger.processing.latencyUs.reduce((sum, count) => sum + count, 0),
  };
}

/** Counts the messages that were ever seen in the log. */
export function everStoredOf({ judged: { ledger } }: LastLook): number {
  return countBits(everStored(ledger.planes));
}
