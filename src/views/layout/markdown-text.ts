import { printable } from "../../base/printable.js";

/**
 * Escapes untrusted text (a scenario's name, a broker's message) for one line of Markdown, so that
 * none of it is read as a table cell, emphasis, a link, code or HTML.
 */
export function inMarkdown(text: string): string {
  return printable(text)
    .replaceAll(/[\\`*_~[\]<|&#]/gu, (sign) => `\\${sign}`)
    .replace(/^(?:[-+=:>]|\d+(?=[.)]))/u, (sign) => (/\d/u.test(sign) ? `${sign}\\` : `\\${sign}`));
}

/** Renders a table whose first row is the header, and escapes its text. */
export function tableInMarkdown(
  columns: readonly { align: "left" | "right" }[],
  rows: readonly (readonly string[])[],
): string[] {
  const [heads = [], ...others] = rows.map((row) => row.map(inMarkdown));
  const rule = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  return [heads, rule, ...others].map((row) => `| ${row.join(" | ")} |`);
}
