/** A scenario that a program writes, where a file would be in its way. */
import type { ScenarioDefinition } from "../schema/scenario.js";
import { isOfEach } from "../schema/expect.js";
import { isMap, type Path } from "../schema/fields.js";
import { allowedName, isScenarioName } from "../name.js";
import { type Predict, nobodyPredicts, tellPredicted } from "../schema/predicted-bounds.js";
import { problemOf } from "./problem-of.js";
import { ScenarioError, type ScenarioProblem, wholeDefinition } from "./problems.js";
import type { Scenario } from "../scenario.js";
import { checkScenario } from "./schema.js";
import { type Place, shortened } from "./yaml.js";

/** What is deeper is no part of a scenario, and may be a circle. */
const depthMax = 8;

/**
 * Makes a scenario of what a scenario file would say: the same keys, units and defaults, and the same
 * checks. A key whose value is `undefined` counts as one that is not there.
 *
 * @param predict tells the bounds that are `predicted`.
 * @returns the scenario with every default filled in: durations in milliseconds, sizes in bytes, rates in
 *   messages a second.
 * @throws ScenarioError (`INPUT`) with every problem and its key, in `problems` and a line each in its message.
 */
export function defineScenario(definition: ScenarioDefinition, predict: Predict = nobodyPredicts): Scenario {
  const written = withoutUndefined(definition);
  if (!isMap(written)) {
    const found = shown(written);
    throw new ScenarioError([problem(wholeDefinition, wholeDefinition, found, "a map of what it says")]);
  }
  const { name, claim = "", ...body } = written;
  const named = typeof name === "string" && isScenarioName(name);
  const where = named ? `${wholeDefinition} ${name}` : wholeDefinition;
  const outcome = checkScenario(body);
  const complaints = outcome.ok ? [] : outcome.complaints;
  const problems = [
    ...(named ? [] : [problem(where, "name", shown(name), allowedName)]),
    ...(typeof claim === "string" ? [] : [problem(where, "claim", shown(claim), "a sentence")]),
    ...complaints.map((one) => problemOf(one, where, placesIn(body), wholeDefinition)),
  ];
  if (!outcome.ok || !named || typeof claim !== "string") throw new ScenarioError(problems);
  const defined = { name, claim: claim.trim().replaceAll(/\s+/g, " "), ...outcome.value };
  const place = ["expect", ...(isOfEach(body["expect"]) ? [defined.guarantee] : [])];
  const told = tellPredicted(defined, place, predict);
  if (told.complaints.length === 0) return told.scenario;
  throw new ScenarioError(
    told.complaints.map((one) => problemOf(one, where, placesIn(body), wholeDefinition)),
  );
}

function withoutUndefined(value: unknown, depth = 0): unknown {
  if (depth > depthMax) return value;
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item, depth + 1));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      one === undefined ? [] : [[key, withoutUndefined(one, depth + 1)]],
    ),
  );
}

/** Objects have no lines. */
function placesIn(body: Record<string, unknown>): (path: Path, aboutKey?: boolean) => Place {
  return (path, aboutKey = false) => {
    const key = path.at(-1);
    const value = aboutKey ? key : path.reduce(memberOf, body);
    const word = typeof value === "string" ? value : "";
    return { line: 0, column: 0, found: aboutKey ? shortened(word) : shown(value), word };
  };
}

function memberOf(value: unknown, step: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, step)
    ? (value as Record<string | number, unknown>)[step]
    : undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a map";
  return typeof value === "string" ? JSON.stringify(shortened(value)) : shortened(String(value));
}

function problem(file: string, key: string, found: string, allowed: string): ScenarioProblem {
  return { file, line: 0, column: 0, key, found, allowed };
}
