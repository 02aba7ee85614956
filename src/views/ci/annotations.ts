import { expectationInWords } from "../../verdict/judge.js";
import { isBrokenBeside, type Result } from "../../results/result.js";
import { printable, printableLines } from "../../base/printable.js";

/** Where an expectation stands, for GitHub: a path in the repository, and a line from 1. */
export interface AnnotationPlace {
  file: string;
  line: number;
  column: number;
}

/**
 * Workflow commands by which GitHub shows what has not held at its line: each bound that is broken, or
 * all reasons at once why a run is inconclusive. A run that has held has none.
 *
 * @param placeOf of an expectation by its name, or of all of them; `undefined` where no file is known.
 */
export function annotationsOf(
  result: Result,
  placeOf: (expectation: string | undefined) => AnnotationPlace | undefined,
): string[] {
  const { scenario, verdict, reasons, expectations } = result;
  const title = `${scenario}: ${verdict}`;
  switch (verdict) {
    case "held":
      return [];
    case "broken":
      if (isBrokenBeside(result)) return [annotation(title, reasons.join("\n"), placeOf(undefined))];
      return expectations
        .filter((one) => one.verdict === "broken")
        .map((one) => annotation(title, expectationInWords(one), placeOf(one.name)));
    case "inconclusive":
      return [annotation(title, reasons.join("\n"), placeOf(undefined))];
  }
}

/** One `::error` line. What a command ends or divides is escaped, as GitHub's runner undoes it. */
export function annotation(title: string, message: string, place?: AnnotationPlace): string {
  const { file, line, column } = place ?? {};
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
