import { join } from "node:path";

import { toJson } from "../report/json.js";
import { openLive } from "../report/live.js";
import { pageFor } from "../report/page.js";
import type { Result } from "../report/result.js";
import { renderSummary } from "../report/summary.js";
import { renderResult } from "../report/terminal.js";
import { exitCodeOfVerdicts } from "./exit-code-of-verdicts.js";
import { listenForInterruption } from "./interruption.js";
import type { RunSettings } from "./run-settings.js";
import type { Shell } from "./shell.js";

/** Runs scenarios one after the other, and hands over each result as soon as it is there. */
export type Runner = typeof import("../run-scenario.js").runScenarios;

export interface Reporting {
  settings: RunSettings & { seed: number };
  json: boolean;
  quiet: boolean;
}

/**
 * Runs scenarios with everything a person or a program is to see of it: progress on stderr while it
 * goes on, each result on stdout as it comes, and a summary of several at the end.
 *
 * @returns the exit code of the verdicts. Whatever the runner throws is thrown on, after the results
 * that were there before it are written.
 */
export async function runAndReport(
  runner: Runner,
  files: readonly string[],
  { settings, json, quiet }: Reporting,
  { stdout, stderr, env }: Shell,
): Promise<number> {
  const finished: Result[] = [];
  using interruption = listenForInterruption();
  using live = openLive(stderr, env, { quiet });
  const { signal } = interruption;
  signal.addEventListener("abort", () => live.line("stopping, and cleaning up; once more to stop at once"));
  live.line(`seed ${settings.seed}`);

  const onResult = (result: Result) => {
    finished.push(result);
    // What is redrawn on stderr and what is written on stdout are mostly on one screen.
    live.clear();
    if (json) return;
    stdout.write(`${renderResult(result, join(settings.out, result.scenario), pageFor(stdout, env))}\n`);
  };
  try {
    await runner(files, { ...settings, signal, observer: live, onResult });
    signal.throwIfAborted();
  } finally {
    // Scenarios that were judged stay judged, whatever became of the one after them.
    live.clear();
    if (json) stdout.write(toJson(finished));
    else if (files.length > 1 && finished.length > 0)
      stdout.write(renderSummary(finished, pageFor(stdout, env)));
  }
  return exitCodeOfVerdicts(finished.map(({ verdict }) => verdict));
}
