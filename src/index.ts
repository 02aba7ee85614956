/** The library's public names. */
export { calibrateScenario, type CalibrateOptions, writeCalibration } from "./library/calibrate.js";
export type { CalibratedBound, CalibrationResult } from "./results/calibration.js";
export { LossboundError, type ErrorCode } from "./base/errors.js";
export type { LiveView, Phase, RunObserver } from "./experiment/progress.js";
export { judgeFolder as judge } from "./library/judge.js";
export { type PredictedPlan, planScenario } from "./library/plan.js";
export type { Plan, PlannedFault } from "./plan/plan.js";
export type { Interval, Predicted, Prediction, Unpredicted } from "./plan/predict/prediction.js";
export type { FaultResult, MessageCounts, Result, TimelineSecond, Witness } from "./results/result.js";
export { writeReport } from "./library/report.js";
export type { RunOptions } from "./library/run-options.js";
export { compareGuarantees, runScenario, runScenarios } from "./library/run.js";
export type { BoundOfLossWritten, BoundWritten, ClaimsWritten } from "./scenario/schema/expect.js";
export type { FaultWritten } from "./scenario/schema/fault.js";
export type { LimitWritten } from "./scenario/schema/notations.js";
export type { ScenarioDefinition } from "./scenario/schema/scenario.js";
export { ScenarioError, type ScenarioProblem } from "./scenario/file/problems.js";
export { defineScenario, readScenario } from "./library/scenario.js";
export { repeatScenario, type RepeatOptions } from "./library/repeat.js";
export type { Repeat, RepeatedBound, Tolerance, TrialFound, WorstTrial } from "./results/repeat.js";
export type {
  Bound,
  Cause,
  Expect,
  Guarantee,
  Limit,
  Scenario,
  Sweep,
  SweepStep,
} from "./scenario/scenario.js";
export type { Fault } from "./scenario/faults.js";
export { type SweepOptions, sweepScenario } from "./library/sweep.js";
export type { Curve, CurvePoint, CurveRun, Spread } from "./results/curve.js";
export type { Expectation, Verdict } from "./verdict/judge.js";
