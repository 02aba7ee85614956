import { ScenarioError } from "../../../src/scenario/file/problems.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import type { Scenario } from "../../../src/scenario/scenario.js";

/** The least that a scenario file must say, as values; a test names only what it adds or changes. */
export function scenarioWith(changes: Record<string, unknown>): string {
  const least = {
    guarantee: "at-most-once",
    producers: { rate: "2000/s", messages: 20_000 },
    expect: { lost: 0 },
  };
  const entries = Object.entries({ ...least, ...changes });
  // JSON is YAML; one key a line, so that a test can name the line.
  return entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join("");
}

export function parse(changes: Record<string, unknown>): Scenario {
  return parseScenario(scenarioWith(changes), "example.yaml");
}

/** What is wrong with such a scenario, one line each; none where it parses. */
export function problemsWith(changes: Record<string, unknown>): string[] {
  return problemsOf(scenarioWith(changes));
}

export function problemsOf(text: string, file = "example.yaml"): string[] {
  try {
    parseScenario(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split("\n");
  }
}

/** The same without the place, for rules that do not depend on it. */
export function complaintsWith(changes: Record<string, unknown>): string[] {
  return problemsWith(changes).map((line) => line.replace(/^example\.yaml:\d+:\d+: /, ""));
}
