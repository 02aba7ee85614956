/**
 * How often a verdict is wrong: `npm run noise -- --runs 10`. Runs each shipped scenario under several
 * loads, which the command makes itself, and counts how often it does not hold. With `--defects` it runs
 * scenarios with a defect planted in the workers, and counts how often the verdict is not broken.
 *
 * It appends each run to `experiments/noise/measured.csv`. A run that stands there is not repeated, unless
 * the source or the scenario has changed: you may interrupt it at any time, and it continues where it was.
 * Then it writes the tables into `docs/verdicts.md`.
 *
 * - `--scenario NAME[,NAME]`: only these scenarios
 * - `--level LEVEL[,LEVEL]`: only these of idle, busy, crowded
 * - `--runs N`: runs of each scenario at each level, with the seeds 1 to N [10]
 * - `--at-once N`: N runs side by side, under one load: sooner done, on a busier machine than the level says [1]
 * - `--minutes M`: starts no run after M minutes
 * - `--defects`, `--defect NAME[,NAME]`: runs with all defects, or with these, in place of runs without one
 * - `--results FILE`: another CSV; the page then stays as it is
 * - `--table`: runs nothing
 *
 * Exits with 1 if the stored runs miss a criterion.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { listenForInterruption } from "../src/commands/session/interruption.js";
import { readScenario } from "../src/library/scenario.js";
import { withMarked } from "./marked.js";
import { type Subject, blocksOf } from "./noise-blocks.js";
import { type DefectName, defectNames, defects } from "./noise-defects.js";
import { levels } from "./noise-load.js";
import { measure } from "./noise-measure.js";
import { digestOfSource, digestOfSubject, isSameRun, readMeasured } from "./noise-store.js";
import { currentOf, missedCriteria, renderNoise } from "./noise-table.js";

const stored = "experiments/noise/measured.csv";
const page = "docs/verdicts.md";

const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    level: { type: "string" },
    runs: { type: "string", default: "10" },
    "at-once": { type: "string", default: "1" },
    minutes: { type: "string" },
    defects: { type: "boolean", default: false },
    defect: { type: "string" },
    results: { type: "string", default: stored },
    table: { type: "boolean", default: false },
  },
});

const shipped = readdirSync("scenarios")
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => name.slice(0, -".yaml".length))
  .toSorted();
const chosenScenarios = chosen("--scenario", values.scenario, shipped);
const chosenLevels = chosen("--level", values.level, levels);
const withDefects = values.defects || values.defect !== undefined;
const chosenDefects = withDefects ? chosen("--defect", values.defect, defectNames) : (["none"] as const);
const runs = wholeNumberOf("--runs", values.runs);
const atOnce = wholeNumberOf("--at-once", values["at-once"]);
const minutes = values.minutes === undefined ? Infinity : numberOf("--minutes", values.minutes);

const source = digestOfSource();
if (!values.table) await measureLeft();

const measured = currentOf(readMeasured(values.results));
if (measured.length > 0 && measured[0]!.source !== source) {
  say(`the source is ${source} now: the runs below are of another one`);
}
const text = renderNoise(measured);
process.stdout.write(`${text}\n`);
if (values.results === stored) {
  writeFileSync(page, withMarked(readFileSync(page, "utf8"), "noise", text));
  execFileSync("node_modules/.bin/oxfmt", [page]);
}
const missed = missedCriteria(measured);
for (const criterion of missed) say(`missed: ${criterion}`);
process.exitCode ??= missed.length === 0 ? 0 : 1;

async function measureLeft(): Promise<void> {
  const subjects = (await Promise.all(chosenDefects.map(subjectsWith))).flat();
  const done = readMeasured(values.results);
  const blocks = blocksOf(
    subjects,
    chosenLevels,
    { runs, atOnce },
    ({ scenario, defect, digest }, level, seed) =>
      done.some((run) =>
        isSameRun(run, { source, subject: digest, scenario: scenario.name, level, defect, seed }),
      ),
  );
  using interruption = listenForInterruption();
  const { signal } = interruption;
  const endsAt = performance.now() + minutes * 60_000;
  const out = join("lossbound-results", "noise");
  try {
    await measure(blocks, { source, results: values.results, out, endsAt, signal, say });
  } catch (error) {
    if (!signal.aborted) throw error;
    say("interrupted: the runs that ended are written down");
    process.exitCode = 130;
  }
}

/** Without a defect every chosen scenario is run, with one those that can show it. */
async function subjectsWith(defect: DefectName | "none"): Promise<Subject[]> {
  const planted = defect === "none" ? undefined : defects[defect];
  const names = chosenScenarios.filter((name) => planted === undefined || planted.scenarios.includes(name));
  return await Promise.all(
    names.map(async (name) => {
      const file = `scenarios/${name}.yaml`;
      const scenario = await readScenario(file);
      return { file, scenario, defect, digest: digestOfSubject(scenario, planted) };
    }),
  );
}

function chosen<Name extends string>(
  option: string,
  given: string | undefined,
  all: readonly Name[],
): readonly Name[] {
  if (given === undefined) return all;
  return given.split(",").map((wanted) => {
    const name = all.find((one) => one === wanted);
    if (name === undefined) throw new Error(`${option}: expected one of ${all.join(", ")}, got "${wanted}"`);
    return name;
  });
}

function numberOf(option: string, given: string): number {
  const number = Number(given);
  if (!(number > 0)) throw new Error(`${option}: expected a number above 0, got "${given}"`);
  return number;
}

function wholeNumberOf(option: string, given: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${option}: expected a whole number from 1, got "${given}"`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
