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

/** Runs scenarios one after the other, and hands over each result as soon as it is there. */
export type Runner = typeof import("../../library/run.js").runScenarios;

export interface Reporting {
  settings: RunSettings & { seed: number };
  /** Who is to be given metrics; `undefined`: nobody. */
  metrics: Publishing | undefined;
  json: boolean;
  quiet: boolean;
  views: Views;
  /** What is judged in place of the results, where several of them are one; without it, each by itself. */
  fold?: (results: readonly Result[]) => readonly Result[];
  /** Who else is told of the results; without it, nobody. */
  gate?: Gate;
}

/** What a person is shown on stdout, as text; nothing where it is empty. */
export interface Views {
  /** As soon as a result is there. */
  one(result: Result, page: Page): string;
  /** At the end, of all that were there; where it is left out, nothing is kept of them but their verdicts. */
  all?(results: readonly Result[], page: Page): string;
  /** In place of both, what a program reads. */
  json(results: readonly Result[]): unknown;
}

/** Each result in full, and a summary where several are to come, however many did. */
export function eachAndSummary(out: string, asked: number): Views {
  return {
    one: (result, page) => `${renderResult(result, join(out, result.scenario), page)}\n`,
    all: (results, page) => (asked > 1 ? renderSummary(results, out, page) : ""),
    json: (results) => results,
  };
}

/**
 * Runs scenarios with everything a person or a program is to see of it: progress on stderr while it
 * goes on, each result on stdout as it comes, and what is to be seen of all at the end.
 *
 * @returns the exit code of the verdicts. Whatever the runner throws is thrown on, after the results
 * that were there before it are written.
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
  signal.addEventListener("abort", () => live.line("stopping, and cleaning up; once more to stop at once"));
  live.line(`seed ${settings.seed}`);

  await using publication = metrics && (await (await import("../../metrics/publish.js")).publish(metrics));
  if (publication?.url !== undefined) live.line(`metrics at ${publication.url}`);

  const judged = (result: Result) => {
    verdicts.add(result.verdict);
    gate?.take(result);
  };
  const onResult = (result: Result) => {
    if (json || views.all || fold) finished.push(result);
    // What is redrawn on stderr and what is written on stdout are mostly on one screen.
    live.clear();
    if (!fold) judged(result);
    if (json) return;
    stdout.write(views.one(result, pageFor(stdout, env)));
  };
  const voice: Voice = {
    say: (line) => live.line(line),
    notify: (line) => void (quiet ? stderr.write(`lossbound: ${line}\n`) : live.line(line)),
    complain: (line) => {
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
    // Scenarios that were judged stay judged, whatever became of the one after them.
    live.clear();
    if (json) stdout.write(toJson(views.json(finished)));
    else if (finished.length > 0) stdout.write(views.all?.(finished, pageFor(stdout, env)) ?? "");
    await publication?.push(voice);
  }
  gate?.close();
  await publication?.linger(voice, signal);
  return exitCodeOfVerdicts([...verdicts]);
}

/** What went wrong before matters more than that nobody could be told. */
function closeAfter(error: unknown, gate: Gate | undefined, { complain }: Voice): void {
  try {
    gate?.close(error);
  } catch (unwritten) {
    complain(messageOf(unwritten));
  }
}
