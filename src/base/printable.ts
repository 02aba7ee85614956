/**
 * Names and logs come from files and other programs. A control character in one could move the
 * cursor, rename the window or hide what stands before it, and so could a bidirectional override:
 * none of them reaches a terminal, or a pipe that ends in one.
 */

/** Text for one line: every run of white space is one space. */
export function printable(text: string): string {
  return visible(text.replace(/\s+/gu, " ")).trim();
}

/** Text of several lines, each with its indentation. */
export function printableLines(text: string): string[] {
  return text
    .split(/\r\n|[\n\r]/u)
    .map((line) => visible(line.replaceAll("\t", "  ")).trimEnd())
    .filter((line) => line !== "");
}

function visible(text: string): string {
  return (
    text
      // A whole colour sequence goes, rather than only its first character, which would leave "[31m".
      .replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, "")
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd")
  );
}
