/**
 * `lossbound/vitest`: matchers for tests of one's own. Importing it adds them to vitest's `expect`.
 * docs/vitest.md has them with an example.
 */
import { join, resolve } from "node:path";

import { expect } from "vitest";

import { LossboundError } from "./base/errors.js";
import { type Claim, type Claimed, duplicatesClaimed, lossClaim } from "./results/claim.js";
import { claimInText, type Trail } from "./views/terminal/claim.js";
import { reportName } from "./results/file-names.js";
import type { Result } from "./results/result.js";
import { outUsual, type RunOptions } from "./library/run-options.js";
import { runScenario } from "./library/run.js";
import type { LimitWritten } from "./scenario/schema/notations.js";
import type { Cause, Scenario } from "./scenario/scenario.js";

export interface LossOptions extends RunOptions {
  /** Count only the messages that died there. */
  by?: Cause;
}

/**
 * Each takes a path of a scenario file, a `Scenario`, or the `Result` of a run. The first two are run, with the
 * options of `runScenario`, and are to be awaited; should the test end before, the run ends with it. A run that
 * proves nothing (a fault that touched nothing, messages that nobody read) fails the test, with `.not` as without.
 */
interface LossMatchers {
  /**
   * From `min` to `max` messages were lost, both included: counts, or shares of the sent messages such as `"2%"`.
   * With `.not`: it is proved that fewer were, or more.
   */
  toLoseBetween(min: LimitWritten, max: LimitWritten, options?: LossOptions): Promise<void>;
  /** No message was lost. With `.not`: it is proved that some were. */
  toLoseNothing(options?: LossOptions): Promise<void>;
  /**
   * No message was processed twice, none was begun twice (but under effectively-once, where that alone has no
   * effect), and none was stored twice. With `.not`: it is proved that some were.
   */
  toNeverDuplicate(options?: RunOptions): Promise<void>;
}

declare module "vitest" {
  interface Matchers extends LossMatchers {}
}

expect.extend({
  toLoseBetween(received: unknown, min: LimitWritten, max: LimitWritten, options: LossOptions = {}) {
    const { by, ...running } = checked(options, lossOptionNames);
    return outcomeOf(this, received, running, lossClaim(min, max, by));
  },
  toLoseNothing(received: unknown, options: LossOptions = {}) {
    const { by, ...running } = checked(options, lossOptionNames);
    return outcomeOf(this, received, running, lossClaim(0, 0, by));
  },
  toNeverDuplicate(received: unknown, options: RunOptions = {}) {
    return outcomeOf(this, received, checked(options, runOptionNames), duplicatesClaimed);
  },
});

const runOptionNames = {
  environment: true,
  brokers: true,
  toxiproxy: true,
  proxyHost: true,
  seed: true,
  out: true,
  signal: true,
  observer: true,
} as const satisfies Record<keyof RunOptions, true>;

const lossOptionNames = { ...runOptionNames, by: true } as const satisfies Record<keyof LossOptions, true>;

/** A misspelt option would be one that is not heeded. */
function checked<O extends object>(options: O, names: Record<keyof O, true>): O {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(names, name));
  if (unknown.length === 0) return options;
  const known = Object.keys(names).join(", ");
  throw new LossboundError("USAGE", `${unknown.join(", ")}: found an unknown option, allowed ${known}`);
}

/** What vitest tells a matcher of the test that it stands in. */
interface InTest {
  isNot?: boolean | undefined;
  /** Only a matcher of `expect(…)` has it; one that is a part of another has none, and cannot wait. */
  promise?: string;
  task?: { context?: { signal?: AbortSignal } } | undefined;
}

interface Outcome {
  pass: boolean;
  message: () => string;
}

/** What has run already needs no waiting: it fails where nobody awaits it, too. */
function outcomeOf(
  inTest: InTest,
  received: unknown,
  options: RunOptions,
  claim: Claim,
): Outcome | Promise<Outcome> {
  if (isResult(received)) {
    return told(inTest, received, claim(received), { repeat: received.repeatWith, page: undefined });
  }
  if (!isScenario(received)) {
    throw new LossboundError(
      "USAGE",
      "expect() was given neither a path of a scenario file, nor a Scenario, nor the Result of a run",
    );
  }
  if (inTest.promise === undefined) {
    throw new LossboundError(
      "USAGE",
      "a scenario is run by expect(scenario) alone, not as a part of another value",
    );
  }
  return outcomeOfRun(inTest, received, options, claim);
}

async function outcomeOfRun(
  inTest: InTest,
  scenario: string | Scenario,
  options: RunOptions,
  claim: Claim,
): Promise<Outcome> {
  const { out = outUsual } = options;
  const signals = [options.signal, inTest.task?.context?.signal].filter((signal) => signal !== undefined);
  const result = await runScenario(scenario, { ...options, signal: AbortSignal.any(signals) });
  const repeat =
    typeof scenario === "string" ? result.repeatWith : `{ seed: ${result.seed} } as the matcher's options`;
  const page = join(resolve(out), result.scenario, reportName);
  return told(inTest, result, claim(result), { repeat, page });
}

/** What proves nothing fails in either direction. */
function told({ isNot = false }: InTest, result: Result, claimed: Claimed, trail: Trail): Outcome {
  const pass = claimed.verdict === "inconclusive" ? isNot : claimed.verdict === "held";
  return { pass, message: () => claimInText(claimed, result, !isNot, trail) };
}

function isResult(received: unknown): received is Result {
  return hasAll(received, ["runId", "messages", "lostBy", "doubts"]);
}

function isScenario(received: unknown): received is string | Scenario {
  return typeof received === "string" || hasAll(received, ["name", "guarantee", "producers", "expect"]);
}

function hasAll(received: unknown, keys: readonly string[]): boolean {
  return typeof received === "object" && received !== null && keys.every((key) => key in received);
}
