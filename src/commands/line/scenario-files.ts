import { LossboundError } from "../../base/errors.js";
import { refuseSameNames } from "../../scenario/name.js";
import { ScenarioError } from "../../scenario/file/problems.js";
import { readScenario } from "../../library/scenario.js";
import type { Scenario } from "../../scenario/scenario.js";
import { usageError } from "./usage-error.js";

/**
 * Reads all scenario files before anything is started and reports the problems of all of them at
 * once. Otherwise a mistake in the last file would show only after minutes.
 *
 * @throws LossboundError `INPUT`; `USAGE` if two scenarios would write the same folder.
 */
export async function readScenarioFiles(files: readonly string[], command: string): Promise<Scenario[]> {
  if (files.length === 0) throw usageError([`${command} requires a scenario file`], command);
  const scenarios: Scenario[] = [];
  const wrong: ScenarioError[] = [];
  for (const file of files) {
    try {
      scenarios.push(await readScenario(file));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      wrong.push(error);
    }
  }
  if (wrong.length > 0) throw combined(wrong);
  refuseSameNames(scenarios.map(({ name }, index) => ({ name, from: files[index]! })));
  return scenarios;
}

function combined(wrong: readonly ScenarioError[]): LossboundError {
  const problems = wrong.reduce((sum, error) => sum + error.problems.length, 0);
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return new LossboundError(
    "INPUT",
    `${many(problems, "problem")} in ${many(wrong.length, "scenario file")}`,
    {
      detail: wrong.map(({ message }) => message).join("\n"),
      cause: wrong.length === 1 ? wrong[0] : new AggregateError(wrong),
    },
  );
}
