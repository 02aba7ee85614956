/**
 * JSON for programs: two spaces, one line feed at the end, keys in the order of the contract. A key is
 * there also where it has no value: then it is null.
 *
 * JSON.stringify escapes only the first 32 control characters. The others are escaped here, which is
 * the same JSON to a program, and harmless on a terminal.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, member: unknown) => (member === undefined ? null : member),
    2,
  ).replace(/[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => escaped(character.charCodeAt(unit))).join(""),
  );
  return `${text}\n`;
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
