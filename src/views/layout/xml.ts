import { printable, printableLines } from "../../base/printable.js";

/** XML that is well formed: it came from `element`. */
export interface Xml {
  readonly lines: readonly string[];
}

/**
 * An element. Text from anywhere is text in it: markup is escaped, and characters that no XML may hold
 * do not come through. What is `undefined` among the attributes is left out.
 *
 * @param content elements, or text of several lines.
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
    // Blanks in text count, so there are none but its own.
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
