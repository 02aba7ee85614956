import { programHere } from "../base/program.js";
import type { RunOptions } from "./run-options.js";

/**
 * The command that repeats a run, for a POSIX shell, called as this one was. It names the file, the seed, and the addresses
 * of an external environment; where results go is nobody's but this run's.
 */
export function repeatWith(
  file: string,
  seed: number,
  options: RunOptions,
  command: "run" | "compare" | "sweep" | "calibrate" = "run",
  more: readonly string[] = [],
): string {
  // A path that begins with a dash would be taken for an option.
  const operand = file.startsWith("-") ? `./${file}` : file;
  return [...programHere(), command, operand, "--seed", `${seed}`, ...more, ...placeOf(options)]
    .map(quoted)
    .join(" ");
}

/** The options that name an environment other than the local one. */
function placeOf({ environment, brokers = [], toxiproxy = "", proxyHost }: RunOptions): string[] {
  const host = proxyHost === undefined ? [] : ["--proxy-host", proxyHost];
  if (environment === "docker") return ["--environment", environment, ...host];
  if (environment !== "external") return [];
  return ["--brokers", brokers.join(","), "--toxiproxy", toxiproxy, ...host];
}

/** Within single quotes a shell takes everything as it is, but for the quote itself. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
