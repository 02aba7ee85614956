import { accessSync, appendFileSync, constants, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";

import { LossboundError, messageOf } from "../../base/errors.js";
import { type AnnotationPlace, annotation, annotationsOf } from "../../views/ci/annotations.js";
import { errorText } from "../../views/terminal/error.js";
import { resultsAsJunit } from "../../views/ci/junit.js";
import { inMarkdown } from "../../views/layout/markdown-text.js";
import type { Result } from "../../results/result.js";
import { placeOfExpectation } from "../../scenario/file/expectation-place.js";
import type { Options } from "../line/command-line.js";
import type { Shell } from "../line/shell.js";
import { usageError } from "../line/usage-error.js";

/** The options by which the commands that judge leave their results where people have their gates. */
export const gateOptions = {
  junit: { value: "FILE", description: "Write the verdicts there, too, as a JUnit report." },
  markdown: { value: "FILE", description: "Write a summary there, too, as Markdown." },
} as const satisfies Options;

/** What a CI system is told beside the exit code: files, and on GitHub annotations and a summary. */
export interface Gate {
  /** Takes a result as soon as it is there, and points at what has not held. */
  take(result: Result): void;
  /**
   * Writes what is wanted, of all results that it has taken.
   *
   * @param failure why there are no more of them.
   * @throws LossboundError `ENVIRONMENT` where a file cannot be written.
   */
  close(failure?: unknown): void;
}

interface Wanted {
  junit: string | undefined;
  markdown: string | undefined;
  /** The scenario files, as they were named; none where nobody knows them. */
  files: readonly string[];
  /** All results as Markdown. */
  summary: (results: readonly Result[]) => string;
}

/**
 * Looks at the places of the files before anything is started: what finds no place after minutes is lost.
 *
 * @throws LossboundError `USAGE` with everything that is wrong.
 */
export function openGate(
  { junit, markdown, files, summary }: Wanted,
  { stderr, env }: Shell,
  command: string,
): Gate {
  const problems = Object.entries({ junit, markdown }).flatMap(([name, path]) => {
    const problem = path === undefined ? undefined : whyNotWritten(path);
    return problem === undefined ? [] : [`--${name} is ${path}, which cannot be written: ${problem}`];
  });
  if (junit !== undefined && markdown !== undefined && resolve(junit) === resolve(markdown)) {
    problems.push(`--junit and --markdown are the same file, ${junit}`);
  }
  if (problems.length > 0) throw usageError(problems, command);
  const onGithub = env["GITHUB_ACTIONS"] === "true";
  const pageOfJob = env["GITHUB_STEP_SUMMARY"];
  const results: Result[] = [];
  const keeps = junit !== undefined || markdown !== undefined || Boolean(pageOfJob);

  return {
    take(result) {
      if (keeps) results.push(result);
      if (!onGithub) return;
      for (const line of annotationsOf(result, placesIn(files, result, env))) stderr.write(line);
    },
    close(failure) {
      const why = failure === undefined ? undefined : errorText(failure, { debug: false });
      if (onGithub && why !== undefined) stderr.write(annotation("no verdict", why));
      if (!keeps) return;
      const page = `${summary(results)}${why === undefined ? "" : notAll(why)}`;
      if (pageOfJob) {
        // A summary that GitHub does not take decides nothing.
        const problem = problemOf(() => appendFileSync(pageOfJob, `${page}\n`));
        if (problem !== undefined) stderr.write(`lossbound: no summary on GitHub's page: ${problem}\n`);
      }
      if (junit !== undefined) write(junit, resultsAsJunit(results, why));
      if (markdown !== undefined) write(markdown, page);
    },
  };
}

function notAll(why: string): string {
  const lines = why.trimEnd().split("\n");
  return [
    "",
    "**Not everything was run and judged.**",
    "",
    ...lines.map((line) => `- ${inMarkdown(line)}`),
    "",
  ].join("\n");
}

/** Places in the file that a result's scenario was read from, as GitHub names files: from the repository's root. */
function placesIn(
  files: readonly string[],
  { scenario, guarantee }: Result,
  env: NodeJS.ProcessEnv,
): (expectation: string | undefined) => AnnotationPlace | undefined {
  const named = (file: string) => basename(file).replace(/\.ya?ml$/u, "") === scenario;
  // A command of one file may call what it makes of it otherwise.
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
      // It was there when it was read. Where it is no more, the annotation stands by itself.
      return undefined;
    }
  };
}

function whyNotWritten(path: string): string | undefined {
  return problemOf(() => {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new Error("it is a folder");
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
