import { join } from "node:path";

import { messageOf } from "../../base/errors.js";
import type { Publishing, Voice } from "../../metrics/publish.js";
import { toJson } from "../../results/json.js";
import { openLive } from "../../views/live/live.js";
import { type Page, pageFor } from "../../views/layout/page.js";
import type { Result } from "../../results/result.js";
import { renderSummary } from "../../views/terminal/summary.js";
import { renderResult } from "../../views/terminal/result.js";
import { exitCodeOfVerdicts } from "./exit-code-of-verdicts.js";
import type { Gate } from "./gate.js";
import { listenForInterruption } from "./interruption.js";
import type { RunSettings } from "../line/run-settings.js";
import type { Shell } from "../line/shell.js";

/** Runs scenarios one after another, and passes on each result as soon as it is available. */
export type Runner = typeof import("../../library/run.js").runScenarios;

export interface Reporting {
  settings: RunSettings & { seed: number };
  /** How to publish metrics; `undefined` to publish none. */
  metrics: Publishing | undefined;
  json: boolean;
  quiet: boolean;
  views: Views;
  /** Combines results that are judged together; without it, each is judged by itself. */
  fold?: (results: readonly Result[]) => readonly Result[];
  /** Reports the results to a CI system. */
  gate?: Gate;
}

/** Renders results for stdout. */
export interface Views {
  /** Renders one result, as soon as it is available; may be empty. */
  one(result: Result, page: Page): string;
  /** Renders all results at the end. Without it, only their verdicts are kept in memory. */
  all?(results: readonly Result[], page: Page): string;
  /** Returns the value that `--json` prints instead of both. */
  json(results: readonly Result[]): unknown;
}

/** Renders each result in full, and a summary at the end if several scenarios were requested. */
export function eachAndSummary(out: string, asked: number): Views {
  return {
    one: (result, page) => `${renderResult(result, join(out, result.scenario), page)}\n`,
    all: (results, page) => (asked > 1 ? renderSummary(results, out, page) : ""),
    json: (results) => results,
  };
}

/**
 * Runs scenarios and reports on them: progress on stderr, each result on stdout as soon as it is
 * available, and a summary at the end.
 *
 * @returns the exit code of the verdicts.
 * @throws the error of the runner, after the earlier results have been written.
 */
export async function runAndReport(
  runner: Runner,
  files: readonly string[],
  { settings, metrics, json, quiet, views, gate, fold }: Reporting,
  { stdout, stderr, env }: Shell,
): Promise<number> {
  const finished: Result[] = [];
  const verdicts = new Set<Result["verdict"]>();
  using interruption = listenForInterruption();
  using live = openLive(stderr, env, { quiet });
  const { signal } = interruption;
  signal.addEventListener("abort", () =>
    live.line("stopping and cleaning up; press Ctrl-C again to quit now"),
  );
  live.line(`seed ${settings.seed}`);

  await using publication = metrics && (await (await import("../../metrics/publish.js")).publish(metrics));
  if (publication?.url !== undefined) live.line(`metrics at ${publication.url}`);

  const judged = (result: Result) => {
    verdicts.add(result.verdict);
    gate?.take(result);
  };
  const onResult = (result: Result) => {
    if (json || views.all || fold) finished.push(result);
    // The live view on stderr and the result on stdout usually share one screen.
    live.clear();
    if (!fold) judged(result);
    if (json) return;
    stdout.write(views.one(result, pageFor(stdout, env)));
  };
  const voice: Voice = {
    say: (line) => live.line(line),
    notify: (line) => void (quiet ? stderr.write(`lossbound: ${line}\n`) : live.line(line)),
    warn: (line) => {
      live.clear();
      stderr.write(`lossbound: ${line}\n`);
    },
  };
  try {
    await runner(files, { ...settings, signal, observer: live, onResult, exporter: publication?.exporter });
    signal.throwIfAborted();
    fold?.(finished).forEach(judged);
  } catch (error) {
    closeAfter(error, gate, voice);
    throw error;
  } finally {
    // Judged scenarios are reported even if a later one fails.
    live.clear();
    if (json) stdout.write(toJson(views.json(finished)));
    else if (finished.length > 0) stdout.write(views.all?.(finished, pageFor(stdout, env)) ?? "");
    await publication?.push(voice);
  }
  gate?.close();
  await publication?.linger(voice, signal);
  return exitCodeOfVerdicts([...verdicts]);
}

/**
 * Closes the gate after a run failed. The error of the run matters more than a report that cannot
 * be written.
 */
function closeAfter(error: unknown, gate: Gate | undefined, { warn }: Voice): void {
  try {
    gate?.close(error);
  } catch (unwritten) {
    warn(messageOf(unwritten));
  }
}
