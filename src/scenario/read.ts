/** A scenario file becomes a `Scenario`, or every problem with it at once. */
import { open } from "node:fs/promises";
import { basename } from "node:path";

import { messageOf } from "../base/errors.js";
import { check, type Complaint, type Path } from "./fields.js";
import { allowedName, isScenarioName } from "./name.js";
import { nearest } from "./nearest.js";
import { ScenarioError, type ScenarioProblem } from "./problems.js";
import type { Scenario } from "./scenario.js";
import { scenarioSchema } from "./schema.js";
import { readYaml, shortened, type YamlSource } from "./yaml-source.js";

/** Ten times the largest scenario anyone will write; what is larger is another file. */
const fileBytesMax = 64 * 1_024;

/** @throws ScenarioError with every problem, also where there is no such file. */
export async function readScenario(path: string): Promise<Scenario> {
  return parseScenario(await readText(path), path);
}

/**
 * `file` is what the problems call the text, and where the scenario has its name from.
 *
 * @throws ScenarioError with every problem.
 */
export function parseScenario(text: string, file: string): Scenario {
  const name = basename(file).replace(/\.ya?ml$/, "");
  const problems: ScenarioProblem[] = [];
  if (!isScenarioName(name)) {
    const allowed = `a file name of ${allowedName}, and .yaml behind`;
    problems.push(problemOfFile(file, basename(file) || "no file name", allowed));
  }
  const source = readYaml(text);
  for (const { key = "the file", ...complaint } of source.complaints) {
    problems.push({ file, key, ...complaint });
  }
  // What is not YAML has no values to check.
  if (source.value === undefined) throw new ScenarioError(problems);
  const outcome = check(scenarioSchema, source.value);
  if (!outcome.ok) {
    problems.push(...outcome.complaints.map((complaint) => problemOf(file, source, complaint)));
  }
  if (!outcome.ok || problems.length > 0) throw new ScenarioError(problems);
  return { name, claim: claimOf(text), ...outcome.value };
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    await using file = await open(path);
    const stat = await file.stat();
    if (!stat.isFile()) {
      throw new ScenarioError([
        problemOfFile(path, stat.isDirectory() ? "a folder" : "something that is no file", "a file"),
      ]);
    }
    if (stat.size > fileBytesMax) {
      throw new ScenarioError([problemOfFile(path, `${stat.size} bytes`, `at most ${fileBytesMax} bytes`)]);
    }
    bytes = await file.readFile();
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    throw new ScenarioError([problemOfFile(path, whyUnread(error), "a scenario file")], {
      cause: error,
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ScenarioError([problemOfFile(path, "bytes that are not UTF-8", "text in UTF-8")], {
      cause: error,
    });
  }
}

function whyUnread(error: unknown): string {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "ENOENT":
    case "ENOTDIR":
      return "no such file";
    case "EACCES":
    case "EPERM":
      return "a file that may not be read";
    default:
      return `a file that cannot be read (${messageOf(error)})`;
  }
}

function problemOfFile(file: string, found: string, allowed: string): ScenarioProblem {
  return { file, line: 1, column: 1, key: "the file", found, allowed };
}

function problemOf(file: string, source: YamlSource, complaint: Complaint): ScenarioProblem {
  const { path, allowed, names = [], misspelt, aboutKey } = complaint;
  const place = source.locate(path, aboutKey);
  const suggestion = (misspelt ?? [place.word])
    .map((written) => nearest(written, names))
    .find((name) => name !== undefined);
  return {
    file,
    line: place.line,
    column: place.column,
    key: renderPath(path),
    found: complaint.found ?? place.found,
    allowed,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function renderPath(path: Path): string {
  const [first = "the file", ...rest] = path.map(renderStep);
  return rest.reduce((text, step) => text + (step.startsWith("[") ? step : `.${step}`), first);
}

/** A key that is no plain word is quoted, so that an empty one, or one with a dot, can be seen. */
function renderStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[\w-]+$/.test(step) ? shortened(step) : JSON.stringify(shortened(step));
}

/** The first paragraph of the comment on top of the file, as one line. */
function claimOf(text: string): string {
  const sentences: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const comment = /^#+ ?(.*)$/.exec(line.trim())?.[1]?.trim();
    if (comment?.startsWith("yaml-language-server:")) continue;
    if (comment) sentences.push(comment);
    // Blank lines may stand before the claim; behind it, they end it.
    else if (sentences.length > 0 || (comment === undefined && line.trim() !== "")) break;
  }
  return sentences.join(" ");
}
