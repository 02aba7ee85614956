/** A scenario file becomes a `Scenario`, or every problem with it at once. */
import { open, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { messageOf } from "../../base/errors.js";
import { isOfEach } from "../schema/expect.js";
import { allowedName, isScenarioName } from "../name.js";
import { nearest } from "../../base/nearest.js";
import { type Predict, nobodyPredicts, tellPredicted } from "../schema/predicted-bounds.js";
import { problemOf } from "./problem-of.js";
import { ScenarioError, type ScenarioProblem, wholeFile } from "./problems.js";
import type { Scenario } from "../scenario.js";
import { checkScenario } from "./schema.js";
import { readYaml } from "./yaml.js";

/** Ten times the largest scenario anyone will write; what is larger is another file. */
const fileBytesMax = 64 * 1_024;

/**
 * @param predict tells the bounds that are `predicted`.
 * @throws ScenarioError with every problem, also where there is no such file.
 */
export async function readScenario(path: string, predict?: Predict): Promise<Scenario> {
  return parseScenario(await readText(path), path, predict);
}

/**
 * `file` is what the problems call the text, and where the scenario has its name from.
 *
 * @throws ScenarioError with every problem.
 */
export function parseScenario(text: string, file: string, predict: Predict = nobodyPredicts): Scenario {
  const name = basename(file).replace(/\.ya?ml$/, "");
  const problems: ScenarioProblem[] = [];
  if (!isScenarioName(name)) {
    const allowed = `a file name of ${allowedName}, and .yaml behind`;
    problems.push(problemOfFile(file, basename(file) || "no file name", allowed));
  }
  const source = readYaml(text);
  for (const { key = wholeFile, ...complaint } of source.complaints) {
    problems.push({ file, key, ...complaint });
  }
  // What is not YAML has no values to check.
  if (source.value === undefined) throw new ScenarioError(problems);
  const outcome = checkScenario(source.value);
  if (!outcome.ok) {
    problems.push(...outcome.complaints.map((complaint) => problemOf(complaint, file, source.locate)));
  }
  if (!outcome.ok || problems.length > 0) throw new ScenarioError(problems);
  const read = { name, claim: claimOf(text), ...outcome.value };
  const place = [
    "expect",
    ...(isOfEach((source.value as { expect?: unknown }).expect) ? [read.guarantee] : []),
  ];
  const { scenario, complaints } = tellPredicted(read, place, predict);
  if (complaints.length > 0) {
    throw new ScenarioError(complaints.map((complaint) => problemOf(complaint, file, source.locate)));
  }
  return scenario;
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    await using file = await open(path);
    const stat = await file.stat();
    if (!stat.isFile()) throw new ScenarioError([await problemOfNoFile(path, stat.isDirectory())]);
    if (stat.size > fileBytesMax) {
      throw new ScenarioError([problemOfFile(path, `${stat.size} bytes`, `at most ${fileBytesMax} bytes`)]);
    }
    bytes = await file.readFile();
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    if (isMissing(error)) throw new ScenarioError([await problemOfMissing(path)]);
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

async function problemOfNoFile(path: string, isFolder: boolean): Promise<ScenarioProblem> {
  if (!isFolder) return problemOfFile(path, "something that is no file", "a scenario file");
  const [first, ...others] = await scenarioFilesIn(path);
  if (first === undefined) return problemOfFile(path, "a folder, with no *.yaml in it", "a scenario file");
  const more = others.length === 0 ? "" : ` (${others.length} more in it)`;
  return problemOfFile(path, "a folder", `a scenario file, such as ${join(path, first)}${more}`);
}

/** A name beside it may have been meant. */
async function problemOfMissing(path: string): Promise<ScenarioProblem> {
  const folder = dirname(path);
  const beside = await scenarioFilesIn(folder);
  const name = [basename(path), `${basename(path)}.yaml`]
    .map((written) => nearest(written, beside))
    .find((near) => near !== undefined);
  const problem = problemOfFile(path, "no such file", "a scenario file");
  return name === undefined ? problem : { ...problem, meant: [join(folder, name)] };
}

/** None where there is no such folder, or it may not be looked into. */
async function scenarioFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function whyUnread(error: unknown): string {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "EACCES":
    case "EPERM":
      return "a file that may not be read";
    default:
      return `a file that cannot be read (${messageOf(error)})`;
  }
}

function problemOfFile(file: string, found: string, allowed: string): ScenarioProblem {
  return { file, line: 0, column: 0, key: wholeFile, found, allowed };
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
