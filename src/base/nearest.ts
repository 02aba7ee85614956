import { distance } from "fastest-levenshtein";

/**
 * Returns the name that `written` was probably meant to be, or `undefined` if none is close. Up to
 * a third of the letters may be wrong; a higher limit would suggest `sent` for `size`. Two swapped
 * neighbouring letters count as one mistake.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  // A key may be as long as the whole file, and a comparison costs the product of both lengths.
  if (written.length > 64) return undefined;
  const ranked = names
    .map((name) => ({ name, wrong: mistakes(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, wrong }) => wrong <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((one, other) => one.wrong - other.wrong);
  return ranked[0]?.name;
}

function mistakes(written: string, name: string): number {
  return isSwapped(written, name) ? 1 : distance(written, name);
}

/** Whether the two differ only in one pair of swapped neighbouring letters. */
function isSwapped(written: string, name: string): boolean {
  const first = [...name].findIndex((letter, index) => letter !== written[index]);
  if (first < 0) return false;
  const [one = "", other = ""] = [name[first], name[first + 1]];
  return written === name.slice(0, first) + other + one + name.slice(first + 2);
}
