/** The library's public names. */
export { LossboundError, type ErrorCode } from "./base/errors.js";
export { judgeFolder } from "./judge-folder.js";
export type { LiveView, Phase, RunObserver } from "./experiment/progress.js";
export type { FaultResult, MessageCounts, Result, TimelineSecond, Witness } from "./report/result.js";
export { writeReport } from "./report-folder.js";
export { compareGuarantees, type RunOptions, runScenario, runScenarios } from "./run-scenario.js";
export { readScenario } from "./scenario/read.js";
export type {
  Bound,
  Cause,
  Expect,
  Fault,
  Guarantee,
  Limit,
  Scenario,
  Sweep,
  SweepStep,
} from "./scenario/scenario.js";
export { type SweepOptions, sweepScenario } from "./sweep-scenario.js";
export type { Curve, CurvePoint, CurveRun, Spread } from "./report/curve.js";
export type { Expectation, Verdict } from "./verdict/judge.js";
