import { LossboundError, messageOf } from "../base/errors.js";
import { printable, printableLines } from "./printable.js";

/** Longest chain of causes that is shown. */
const causesMax = 5;

/**
 * What went wrong, for a person: the message, the evidence below it, and what it came from. A stack
 * trace helps only who works on lossbound, so it is shown where that was asked for.
 */
export function errorText(error: unknown, { debug }: { debug: boolean }): string {
  const lines =
    error instanceof LossboundError
      ? [...headed(error.message), ...indented(error.detail ?? ""), ...causesOf(error)]
      : [
          ...headed(`this is a bug in lossbound, and no verdict: ${messageOf(error)}`),
          ...causesOf(error),
          ...(debug ? [] : indented("LOSSBOUND_DEBUG=1 shows where it happened")),
        ];
  const trace = debug && error instanceof Error ? indented(error.stack ?? "") : [];
  return [...lines, ...trace].map((line) => `${line}\n`).join("");
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
