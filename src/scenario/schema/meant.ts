/** What may have been meant by a quantity without its unit, with a space before it, or with one in other letters. */
import { formatShare, type Scale } from "../quantities.js";

/** The quantities, each in its own notation. Whether they are allowed is not asked here. */
export type Guess = (written: unknown) => string[];

/** @param usual the units to offer where none was written: which of them was meant, only the writer knows. */
export function quantityMeant(scale: Scale, usual: readonly string[]): Guess {
  return (written) => {
    const { number, unit } = partsOf(written);
    if (number === "") return [];
    if (unit === "") return usual.map((each) => number + each);
    return scale.units
      .filter((each) => each.toLowerCase() === unit.toLowerCase())
      .map((each) => number + each);
  };
}

export const rateMeant: Guess = (written) => {
  const { number, unit } = partsOf(written);
  return number !== "" && /^((messages|msgs?)?\/(s|sec|seconds?))?$/i.test(unit) ? [`${number}/s`] : [];
};

/** A number below 1 is none of messages. */
export const shareMeant: Guess = (written) => {
  const { number, unit } = partsOf(written);
  if (number === "") return [];
  if (unit === "%") return [`${number}%`];
  return unit === "" && Number(number) > 0 && Number(number) < 1 ? [formatShare(Number(number))] : [];
};

/** `number` is empty where none stands in front. */
function partsOf(written: unknown): { number: string; unit: string } {
  const text = typeof written === "number" || typeof written === "string" ? `${written}` : "";
  const [, number = "", unit = ""] = /^([0-9]{1,15}(?:\.[0-9]{1,6})?)([^0-9]{0,16})$/.exec(text.trim()) ?? [];
  return { number, unit: unit.replaceAll(/\s/g, "") };
}
