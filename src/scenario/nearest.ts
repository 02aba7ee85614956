import { distance } from "fastest-levenshtein";

/**
 * The one of `names` that `written` was probably meant to be; `undefined` where none is near. A third
 * of its letters may be wrong: a wider net would offer `sent` for `size`, which helps nobody.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  // A key may be as long as the file; comparing costs the product of both lengths.
  if (written.length > 64) return undefined;
  const ranked = names
    .map((name) => ({ name, wrong: distance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, wrong }) => wrong <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((one, other) => one.wrong - other.wrong);
  return ranked[0]?.name;
}
