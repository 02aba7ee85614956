import { errorsIn, LossboundError, messageOf } from "../../base/errors.js";
import { printable, printableLines } from "../../base/printable.js";

/** Longest chain of causes that is shown. */
const causesMax = 5;

/**
 * What went wrong, for a person: the message, the evidence below it, and what it came from; and below
 * that, what went wrong in cleaning up after it. A stack trace helps only who works on lossbound, so
 * it is shown where that was asked for.
 */
export function errorText(thrown: unknown, { debug }: { debug: boolean }): string {
  const [first, ...later] = errorsIn(thrown);
  const lines = [...mainLines(first, debug), ...later.flatMap((error) => cleanUpLines(error, debug))];
  return lines.map((line) => `${line}\n`).join("");
}

function mainLines(error: unknown, debug: boolean): string[] {
  const lines =
    error instanceof LossboundError
      ? [...headed(error.message), ...indented(error.detail ?? ""), ...causesOf(error)]
      : [
          ...headed(`this is a bug in lossbound, and no verdict: ${messageOf(error)}`),
          ...causesOf(error),
          ...(debug ? [] : indented("LOSSBOUND_DEBUG=1 shows where it happened")),
        ];
  return [...lines, ...traceOf(error, debug)];
}

/** Whatever it is: the error above it says why there is no verdict. */
function cleanUpLines(error: unknown, debug: boolean): string[] {
  const [first = "", ...others] = printableLines(messageOf(error));
  const detail = error instanceof LossboundError ? (error.detail ?? "") : "";
  const below = [...others.map((line) => `  ${line}`), ...indented(detail)];
  return [`  and while cleaning up: ${first}`, ...below, ...causesOf(error), ...traceOf(error, debug)];
}

function traceOf(error: unknown, debug: boolean): string[] {
  return debug && error instanceof Error ? indented(error.stack ?? "") : [];
}

/** A message may have lines of its own, such as how to install what is missing. */
function headed(message: string): string[] {
  const [first = "", ...others] = printableLines(message);
  return [`lossbound: ${first}`, ...others.map((line) => `  ${line}`)];
}

/** The messages of the causes, save those that the message above them repeats already. */
function causesOf(error: unknown): string[] {
  const lines: string[] = [];
  let above = wordsOf(error);
  let cause = causeOf(error);
  for (let depth = 0; depth < causesMax && cause !== undefined; depth++) {
    const message = messageOf(cause);
    if (!above.includes(message)) {
      lines.push(`  caused by: ${printable(message)}`);
      if (cause instanceof LossboundError) lines.push(...indented(cause.detail ?? ""));
    }
    above = wordsOf(cause);
    cause = causeOf(cause);
  }
  return lines;
}

function wordsOf(error: unknown): string {
  const detail = error instanceof LossboundError ? (error.detail ?? "") : "";
  return `${messageOf(error)}\n${detail}`;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function indented(text: string): string[] {
  return printableLines(text).map((line) => `  ${line}`);
}
