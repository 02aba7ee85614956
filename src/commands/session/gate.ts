import { accessSync, appendFileSync, constants, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";

import { LossboundError, messageOf } from "../../base/errors.js";
import { type AnnotationPosition, annotation, annotationsOf } from "../../views/ci/annotations.js";
import { errorText } from "../../views/terminal/error.js";
import { resultsAsJunit } from "../../views/ci/junit.js";
import { inMarkdown } from "../../views/layout/markdown-text.js";
import type { Result } from "../../results/result.js";
import { placeOfExpectation } from "../../scenario/file/expectation-place.js";
import type { Options } from "../line/command-line.js";
import type { Shell } from "../line/shell.js";
import { usageError } from "../line/usage-error.js";

/** Options for reports to a CI system, shared by the commands that judge. */
export const gateOptions = {
  junit: { value: "FILE", description: "Also write the verdicts to a JUnit report" },
  markdown: { value: "FILE", description: "Also write a summary as Markdown" },
} as const satisfies Options;

/** Reports results to a CI system: as files and, on GitHub, as annotations and a job summary. */
export interface Gate {
  /** Takes a result as soon as it is available, and annotates what has not held. */
  take(result: Result): void;
  /**
   * Writes the requested reports of all results taken so far.
   *
   * @param failure why further results are missing.
   * @throws LossboundError `ENVIRONMENT` if a file cannot be written.
   */
  close(failure?: unknown): void;
}

interface Wanted {
  junit: string | undefined;
  markdown: string | undefined;
  /** The scenario files as given on the command line; empty if unknown. */
  files: readonly string[];
  /** Renders all results as Markdown. */
  summary: (results: readonly Result[]) => string;
}

/**
 * Opens the reports. Checks that the files can be written before anything is started, so that a
 * report is not lost after a run of minutes.
 *
 * @throws LossboundError `USAGE` with all problems.
 */
export function openGate(
  { junit, markdown, files, summary }: Wanted,
  { stderr, env }: Shell,
  command: string,
): Gate {
  const problems = Object.entries({ junit, markdown }).flatMap(([name, path]) => {
    const problem = path === undefined ? undefined : writeProblemOf(path);
    return problem === undefined ? [] : [`--${name}: cannot write ${path}: ${problem}`];
  });
  if (junit !== undefined && markdown !== undefined && resolve(junit) === resolve(markdown)) {
    problems.push(`--junit and --markdown name the same file, "${junit}"`);
  }
  if (problems.length > 0) throw usageError(problems, command);
  const onGithub = env["GITHUB_ACTIONS"] === "true";
  const jobSummary = env["GITHUB_STEP_SUMMARY"];
  const results: Result[] = [];
  const keepsResults = junit !== undefined || markdown !== undefined || Boolean(jobSummary);

  return {
    take(result) {
      if (keepsResults) results.push(result);
      if (!onGithub) return;
      for (const line of annotationsOf(result, positionsIn(files, result, env))) stderr.write(line);
    },
    close(failure) {
      const why = failure === undefined ? undefined : errorText(failure, { debug: false });
      if (onGithub && why !== undefined) stderr.write(annotation("no verdict", why));
      if (!keepsResults) return;
      const page = `${summary(results)}${why === undefined ? "" : incompleteNote(why)}`;
      if (jobSummary) {
        // A failure to write the job summary must not change the exit code.
        const problem = problemOf(() => appendFileSync(jobSummary, `${page}\n`));
        if (problem !== undefined) {
          stderr.write(`lossbound: cannot write the GitHub job summary: ${problem}\n`);
        }
      }
      if (junit !== undefined) write(junit, resultsAsJunit(results, why));
      if (markdown !== undefined) write(markdown, page);
    },
  };
}

function incompleteNote(why: string): string {
  const lines = why.trimEnd().split("\n");
  return [
    "",
    "**Not everything was run and judged.**",
    "",
    ...lines.map((line) => `- ${inMarkdown(line)}`),
    "",
  ].join("\n");
}

/**
 * Returns positions in a result's scenario file, with its path from the repository's root, as
 * GitHub expects.
 */
function positionsIn(
  files: readonly string[],
  { scenario, guarantee }: Result,
  env: NodeJS.ProcessEnv,
): (expectation: string | undefined) => AnnotationPosition | undefined {
  const named = (file: string) => basename(file).replace(/\.ya?ml$/u, "") === scenario;
  // A command with a single file may name its results differently from the file.
  const file = files.length === 1 ? files[0] : files.find(named);
  if (file === undefined) return () => undefined;
  const root = env["GITHUB_WORKSPACE"];
  return (expectation) => {
    try {
      const text = readFileSync(file, "utf8");
      return {
        file: root === undefined ? file : relative(root, resolve(file)),
        ...placeOfExpectation(text, guarantee, expectation),
      };
    } catch {
      // The file has vanished since it was read; annotate without a position.
      return undefined;
    }
  };
}

function writeProblemOf(path: string): string | undefined {
  return problemOf(() => {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new Error("is a folder");
    accessSync(there === undefined ? dirname(path) : path, constants.W_OK);
  });
}

function problemOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
