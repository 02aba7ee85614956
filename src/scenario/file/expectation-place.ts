import { isMap, type Path } from "../schema/fields.js";
import type { Guarantee } from "../scenario.js";
import { readYaml } from "./yaml.js";

/**
 * Where a scenario's text says what a bound is, or, where it leaves that to the guarantee, where it
 * claims anything at all. From 1, as editors count.
 *
 * @param name of an expectation, such as `lost` or `lostBy.in-transit`; `undefined`: of all of them.
 */
export function placeOfExpectation(
  text: string,
  guarantee: Guarantee,
  name: string | undefined,
): { line: number; column: number } {
  const { line, column } = readYaml(text).locate(pathOfExpectation(text, guarantee, name), true);
  return { line, column };
}

/** The keys that lead to it. */
export function pathOfExpectation(text: string, guarantee: Guarantee, name: string | undefined): Path {
  const steps = name?.split(".") ?? [];
  return ["expect", ...formOf(readYaml(text).value, guarantee, steps)];
}

/** Claims stand below `expect` itself, or below the guarantee that they are made of. */
function formOf(scenario: unknown, guarantee: Guarantee, steps: readonly string[]): Path {
  if (!isMap(scenario) || !isMap(scenario["expect"])) return [];
  if (Object.hasOwn(scenario["expect"], guarantee)) return [guarantee, ...steps];
  return scenario["guarantee"] === guarantee ? steps : [];
}
