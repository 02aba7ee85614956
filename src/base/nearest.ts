import { distance } from "fastest-levenshtein";

/**
 * The one of `names` that `written` was probably meant to be; `undefined` where none is near. A third
 * of its letters may be wrong: a wider net would offer `sent` for `size`, which helps nobody. Two
 * neighbours that changed places are one slip of the fingers.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  // A key may be as long as the file; comparing costs the product of both lengths.
  if (written.length > 64) return undefined;
  const ranked = names
    .map((name) => ({ name, wrong: slips(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, wrong }) => wrong <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((one, other) => one.wrong - other.wrong);
  return ranked[0]?.name;
}

function slips(written: string, name: string): number {
  return isSwapped(written, name) ? 1 : distance(written, name);
}

/** Whether they differ in two neighbours that changed places, and in nothing else. */
function isSwapped(written: string, name: string): boolean {
  const first = [...name].findIndex((letter, place) => letter !== written[place]);
  if (first < 0) return false;
  const [one = "", other = ""] = [name[first], name[first + 1]];
  return written === name.slice(0, first) + other + one + name.slice(first + 2);
}
