import type { Phase } from "../experiment/progress.js";
import { causes, guarantees } from "../scenario/scenario.js";
import type { Verdict } from "../verdict/judge.js";

/** Labels of every metric, which identify the run. */
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

/**
 * The values of each label: never the name of a message, a run or a process, so that runs do not
 * add new series.
 */
export const labelValues: Record<LabelName | (typeof commonLabels)[number], readonly string[] | string> = {
  scenario: "the scenario's name",
  guarantee: guarantees,
  client: "the client library's name",
  step: "the value of a step of a sweep, such as `2000` for a rate; `none` outside a sweep",
  cause: causes,
  violation: violations,
  result: commitResults,
  role: killedRoles,
  fault: "the kind of a planned fault: `timeout`, `down`, `kill`, …",
  on: "the planned target of the fault: `producer-link`, `consumer 1`, `leader of partition 0`, …",
  expectation:
    "the name of a bound of the scenario: `lost`, `silentlyLost`, `lostBy.in-transit`, `duplicated`, …",
  limit: limits,
  phase: phases,
  verdict: verdicts,
  version: "lossbound's version",
  environment: "`local`, `docker` or `external`",
  broker: "the brokers' version",
  proxy: "Toxiproxy's version",
  node: "Node's version",
};
