import { errorsIn, LossboundError, messageOf } from "../../base/errors.js";
import { printable, printableLines } from "../../base/printable.js";

/** Number of causes that are shown at most. */
const causesMax = 5;

/**
 * Renders an error with its details and its causes, followed by the errors of the clean-up. A stack
 * trace helps only developers of lossbound, so it is shown only with `debug`.
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
          ...headed(`internal error (a bug in lossbound, not a verdict): ${messageOf(error)}`),
          ...causesOf(error),
          ...(debug ? [] : indented("set LOSSBOUND_DEBUG=1 to see the stack trace")),
        ];
  return [...lines, ...traceOf(error, debug)];
}

/** Renders an error of the clean-up in brief, since the main error explains the missing verdict. */
function cleanUpLines(error: unknown, debug: boolean): string[] {
  const [first = "", ...others] = printableLines(messageOf(error));
  const detail = error instanceof LossboundError ? (error.detail ?? "") : "";
  const below = [...others.map((line) => `  ${line}`), ...indented(detail)];
  return [`  clean-up failed: ${first}`, ...below, ...causesOf(error), ...traceOf(error, debug)];
}

function traceOf(error: unknown, debug: boolean): string[] {
  return debug && error instanceof Error ? indented(error.stack ?? "") : [];
}

/** Prefixes the first line of a message, which may have more, such as how to install a tool. */
function headed(message: string): string[] {
  const [first = "", ...others] = printableLines(message);
  return [`lossbound: ${first}`, ...others.map((line) => `  ${line}`)];
}

/** Returns the messages of the causes, without those that the error above already contains. */
function causesOf(error: unknown): string[] {
  const lines: string[] = [];
  let above = textOf(error);
  let cause = causeOf(error);
  for (let depth = 0; depth < causesMax && cause !== undefined; depth++) {
    const message = messageOf(cause);
    if (!above.includes(message)) {
      lines.push(`  caused by: ${printable(message)}`);
      if (cause instanceof LossboundError) lines.push(...indented(cause.detail ?? ""));
    }
    above = textOf(cause);
    cause = causeOf(cause);
  }
  return lines;
}

function textOf(error: unknown): string {
  const detail = error instanceof LossboundError ? (error.detail ?? "") : "";
  return `${messageOf(error)}\n${detail}`;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function indented(text: string): string[] {
  return printableLines(text).map((line) => `  ${line}`);
}
