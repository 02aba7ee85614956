/**
 * Removes control characters and bidirectional overrides from names and logs, which come from files
 * and other programs. Such characters could move the cursor, rename the terminal window or hide the
 * text before them. A pipe may end in a terminal, so its text is cleaned too.
 */

/** Returns the text on one line, with every run of white space replaced by one space. */
export function printable(text: string): string {
  return visible(text.replace(/\s+/gu, " ")).trim();
}

/** Splits the text into lines, keeps their indentation and drops empty lines. */
export function printableLines(text: string): string[] {
  return text
    .split(/\r\n|[\n\r]/u)
    .map((line) => visible(line.replaceAll("\t", "  ")).trimEnd())
    .filter((line) => line !== "");
}

function visible(text: string): string {
  return (
    text
      // Remove whole colour sequences: without only the escape character, "[31m" would remain.
      .replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, "")
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd")
  );
}
