import { printable } from "../../base/printable.js";

/**
 * Text from anywhere (a scenario's name, a broker's message) as text in Markdown, on one line: no sign
 * in it begins a table's cell, an emphasis, a link, code or HTML.
 */
export function inMarkdown(text: string): string {
  return printable(text)
    .replaceAll(/[\\`*_~[\]<|&#]/gu, (sign) => `\\${sign}`)
    .replace(/^(?:[-+=:>]|\d+(?=[.)]))/u, (sign) => (/\d/u.test(sign) ? `${sign}\\` : `\\${sign}`));
}

/** A table; the first row are its heads. Text in it is escaped here. */
export function tableInMarkdown(
  columns: readonly { align: "left" | "right" }[],
  rows: readonly (readonly string[])[],
): string[] {
  const [heads = [], ...others] = rows.map((row) => row.map(inMarkdown));
  const rule = columns.map(({ align }) => (align === "right" ? "---:" : "---"));
  return [heads, rule, ...others].map((row) => `| ${row.join(" | ")} |`);
}
