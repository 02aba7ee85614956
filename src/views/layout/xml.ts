import { printable, printableLines } from "../../base/printable.js";

/** Well-formed XML, created by `element`. */
export interface Xml {
  readonly lines: readonly string[];
}

/**
 * Creates an element. Untrusted text is safe in it: markup is escaped, and characters that XML does
 * not allow are replaced. Attributes of `undefined` are left out.
 *
 * @param content elements, or text, possibly of several lines.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: readonly Xml[] | string = [],
): Xml {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(printable(String(value)))}"`],
  );
  const start = `<${name}${written.join("")}`;
  if (typeof content === "string") {
    // Whitespace in text is significant, so none is added.
    const text = printableLines(content).map(escaped).join("\n");
    return { lines: [text === "" ? `${start}/>` : `${start}>${text}</${name}>`] };
  }
  if (content.length === 0) return { lines: [`${start}/>`] };
  const inner = content.flatMap(({ lines }) => lines.map((line) => `  ${line}`));
  return { lines: [`${start}>`, ...inner, `</${name}>`] };
}

export function xmlDocument({ lines }: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines.join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']|[\ufffe\uffff]/g, (sign) =>
    sign >= "\ufffe" ? "\ufffd" : `&#${sign.charCodeAt(0)};`,
  );
}
