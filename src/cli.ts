#!/usr/bin/env node
import { exitCode, exitCodeOf } from "./base/errors.js";
import { version } from "./base/version.js";
import { calibrate } from "./commands/calibrate.js";
import type { Command } from "./commands/line/command.js";
import { compare } from "./commands/compare.js";
import { diff } from "./commands/diff.js";
import { doctor } from "./commands/doctor.js";
import { explain } from "./commands/explain.js";
import { commandHelp, generalHelp } from "./commands/help.js";
import { judge } from "./commands/judge.js";
import { plan } from "./commands/plan.js";
import { report as reportCommand } from "./commands/report.js";
import { run } from "./commands/run.js";
import { outliveReaders, type Shell } from "./commands/line/shell.js";
import { sweep } from "./commands/sweep.js";
import { up } from "./commands/up.js";
import { usageError } from "./commands/line/usage-error.js";
import { errorText } from "./views/terminal/error.js";
import { pageFor } from "./views/layout/page.js";
import { nearest } from "./base/nearest.js";

const commands: readonly Command[] = [
  run,
  compare,
  sweep,
  calibrate,
  plan,
  judge,
  explain,
  diff,
  reportCommand,
  up,
  doctor,
];

const shell: Shell = { stdout: process.stdout, stderr: process.stderr, env: process.env };

const debug = shell.env["LOSSBOUND_DEBUG"] === "1";

// The exit code if the process ends before a command has finished: it must not look like a verdict.
process.exitCode = exitCode.couldNotRun;

outliveReaders(process.stdout, process.stderr);

// By default, Node prints a stack trace and exits with 1, which means "broken" here.
process.on("uncaughtException", (error) => {
  report(error);
  process.exit(exitCode.couldNotRun);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error);
  process.exitCode = exitCodeOf(error);
}
endSoon();

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  switch (name) {
    case undefined:
      shell.stderr.write(generalHelp(commands, pageFor(shell.stderr, shell.env)));
      return exitCode.usage;
    case "--version":
      shell.stdout.write(`${version}\n`);
      return 0;
    case "help":
    case "--help":
    case "-h":
      return help(rest[0]);
    default: {
      const command = find(name);
      if (asksForHelp(rest)) return help(command.name);
      return await command.run(rest, shell);
    }
  }
}

/** Ignores `--help` after `--`, since everything there is an operand. */
function asksForHelp(args: readonly string[]): boolean {
  const asked = args.findIndex((arg) => arg === "--help" || arg === "-h");
  return asked >= 0 && !args.slice(0, asked).includes("--");
}

function help(name: string | undefined): number {
  const page = pageFor(shell.stdout, shell.env);
  shell.stdout.write(name === undefined ? generalHelp(commands, page) : commandHelp(find(name), page));
  return 0;
}

/**
 * Finds a command by its name.
 *
 * @throws LossboundError `USAGE` with a suggestion.
 */
function find(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = name.startsWith("-")
    ? ["--help", "--version"]
    : [...commands.map((command) => command.name), "help"];
  const what = name.startsWith("-") ? "option" : "command";
  const meant = /\.ya?ml$/u.test(name) ? `run ${name}` : nearest(name, names);
  const advice =
    meant === undefined ? `expected one of ${names.join(", ")}` : `did you mean \`lossbound ${meant}\`?`;
  throw usageError([`unknown ${what} "${name}"; ${advice}`]);
}

/**
 * Forces the process to exit if it does not end by itself. Everything is closed by now, but a
 * handle that is still open must not keep a finished command hanging.
 */
function endSoon(): void {
  const limitMs = 2_000;
  setTimeout(() => {
    if (debug) shell.stderr.write(`still open: ${process.getActiveResourcesInfo().join(", ")}\n`);
    process.exit();
  }, limitMs).unref();
}

function report(error: unknown): void {
  shell.stderr.write(errorText(error, { debug }));
}
