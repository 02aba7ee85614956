import { LossboundError } from "../base/errors.js";

/** A topic and a folder are named after the scenario; neither takes much more than this. */
export const nameLengthMax = 64;

/** What a scenario may be called, in words. */
export const allowedName = `a-z, 0-9 and -, at most ${nameLengthMax} of them`;

export function isScenarioName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(name) && name.length <= nameLengthMax;
}

/**
 * Scenarios of the same name would write to the same folder.
 *
 * @param named the scenarios' names, each with the file or the object that it is from.
 * @throws LossboundError `USAGE` with all of them.
 */
export function refuseSameNames(named: readonly { name: string; from: string }[]): void {
  const fromOf = new Map<string, string>();
  const problems = named.flatMap(({ name, from }) => {
    const earlier = fromOf.get(name);
    fromOf.set(name, from);
    return earlier === undefined
      ? []
      : [`${earlier} and ${from} are both the scenario ${name}, and would write the same folder`];
  });
  if (problems.length > 0) throw new LossboundError("USAGE", problems.join("\n"));
}
