import type { Guarantee } from "../../scenario/scenario.js";
import type { Verdict } from "../../verdict/judge.js";
import type { Result } from "../../results/result.js";

/** The figures of one run on the page of several runs. */
export interface RunPoint {
  scenario: string;
  guarantee: Guarantee;
  verdict: Verdict;
  sentPerSecond: number;
  lost: number;
  lossRatio: number;
}

export function pointOf({ scenario, guarantee, verdict, throughput, messages, lossRatio }: Result): RunPoint {
  const { sentPerSecond } = throughput;
  return { scenario, guarantee, verdict, sentPerSecond, lost: messages.lost, lossRatio };
}
