import { parseArgs } from "node:util";

import { nearest } from "../../base/nearest.js";
import { usageError } from "./usage-error.js";

/** The options of a command, by name, without the dashes. */
export type Options = Readonly<Record<string, Option>>;

export interface Option {
  /** Name of the value in help; an option without a value is a switch. */
  readonly value?: string;
  readonly description: string;
}

/** A parsed command line: options have a value or `undefined`, switches are on or off. */
export interface CommandLine<O extends Options> {
  operands: string[];
  options: { [K in keyof O]: O[K] extends { value: string } ? string | undefined : boolean };
}

/**
 * Parses the arguments of one command. Node's parser splits them; this function also rejects
 * unknown options, missing or unexpected values and repeated options, and reports all problems at
 * once.
 *
 * @throws LossboundError `USAGE`
 */
export function readCommandLine<const O extends Options>(
  command: string,
  options: O,
  args: readonly string[],
): CommandLine<O> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.keys(options).map((name) => [name, { type: typeOf(options[name]) }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const problems: string[] = [];
  const operands: string[] = [];
  const given = new Map<string, string | true>();
  for (const token of tokens) {
    switch (token.kind) {
      case "positional":
        operands.push(token.value);
        break;
      case "option-terminator":
        break;
      case "option": {
        const problem = problemOf(token, options, given);
        if (problem === undefined) given.set(token.name, token.value ?? true);
        else problems.push(problem);
        break;
      }
    }
  }
  if (problems.length > 0) throw usageError(problems, command);
  const values = Object.keys(options).map((name) => [name, given.get(name) ?? absent(options[name])]);
  return { operands, options: Object.fromEntries(values) as CommandLine<O>["options"] };
}

interface OptionToken {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function problemOf(
  token: OptionToken,
  options: Options,
  given: ReadonlyMap<string, unknown>,
): string | undefined {
  const { name, rawName, value, inlineValue } = token;
  // Every object has inherited names such as `constructor`.
  const option = Object.hasOwn(options, name) && rawName.startsWith("--") ? options[name] : undefined;
  if (option === undefined) {
    const names = Object.keys(options);
    const near = nearest(name, names);
    const advice =
      near === undefined
        ? `expected one of ${names.map((each) => `--${each}`).join(", ")}`
        : `did you mean --${near}?`;
    return `unknown option ${rawName}; ${advice}`;
  }
  if (given.has(name)) return `${rawName} is given twice`;
  if (option.value === undefined)
    return value === undefined ? undefined : `${rawName} takes no value, got "${value}"`;
  // `--out --json` is a forgotten value far more often than a folder named "--json".
  const forgotten = value === undefined || value === "" || (inlineValue !== true && value.startsWith("--"));
  return forgotten ? `${rawName} requires a value: ${rawName} ${option.value}` : undefined;
}

function typeOf(option: Option | undefined): "string" | "boolean" {
  return option?.value === undefined ? "boolean" : "string";
}

function absent(option: Option | undefined): false | undefined {
  return option?.value === undefined ? false : undefined;
}
