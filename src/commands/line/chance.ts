import { usageError } from "./usage-error.js";

/**
 * Reads a chance above 0 and below 1, written as `1/100`, `1%` or `0.01`.
 *
 * @throws LossboundError `USAGE`
 */
export function readChance(option: string, written: string, command: string): number {
  const [, count = "", of = ""] = /^(\d{1,9})\/(\d{1,9})$/u.exec(written) ?? [];
  const [, percent = ""] = /^(\d{1,2}(?:\.\d{1,9})?)%$/u.exec(written) ?? [];
  const plain = /^0\.\d{1,12}$/u.test(written) ? written : "";
  const chance =
    of !== ""
      ? Number(count) / Number(of)
      : percent !== ""
        ? Number(percent) / 100
        : Number(plain || Number.NaN);
  if (chance > 0 && chance < 1) return chance;
  throw usageError(
    [`--${option}: expected a chance between 0 and 1, such as 1/100, 1% or 0.01, got "${written}"`],
    command,
  );
}
