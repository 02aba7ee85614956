import { expectationInWords } from "../../verdict/judge.js";
import { isBrokenBeside, type Result } from "../../results/result.js";
import { printable, printableLines } from "../../base/printable.js";

/**
 * Position of an expectation, as GitHub expects it: a path in the repository, and a line from 1.
 */
export interface AnnotationPosition {
  file: string;
  line: number;
  column: number;
}

/**
 * Returns the workflow commands that annotate a scenario file on GitHub: one for each broken bound,
 * or one with all reasons of an inconclusive run. A run that held has none.
 *
 * @param positionOf position of an expectation, or of all of them; `undefined` without a known
 * file.
 */
export function annotationsOf(
  result: Result,
  positionOf: (expectation: string | undefined) => AnnotationPosition | undefined,
): string[] {
  const { scenario, verdict, reasons, expectations } = result;
  const title = `${scenario}: ${verdict}`;
  switch (verdict) {
    case "held":
      return [];
    case "broken":
      if (isBrokenBeside(result)) return [annotation(title, reasons.join("\n"), positionOf(undefined))];
      return expectations
        .filter((one) => one.verdict === "broken")
        .map((one) => annotation(title, expectationInWords(one), positionOf(one.name)));
    case "inconclusive":
      return [annotation(title, reasons.join("\n"), positionOf(undefined))];
  }
}

/**
 * Returns one `::error` line. Separators are escaped in the way that GitHub's runner unescapes
 * them.
 */
export function annotation(title: string, message: string, position?: AnnotationPosition): string {
  const { file, line, column } = position ?? {};
  const properties = Object.entries({ file, line, col: column, title })
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${inProperty(printable(String(value)))}`],
    )
    .join(",");
  return `::error ${properties}::${inMessage(printableLines(message).join("\n"))}\n`;
}

function inMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
