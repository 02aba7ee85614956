import { layRows, left, cell, wrap } from "../views/layout/columns.js";
import type { Page } from "../views/layout/page.js";
import type { Command } from "./line/command.js";

/** Renders the help page of lossbound: its commands, with an example of each. */
export function generalHelp(commands: readonly Command[], { palette, width }: Page): string {
  const head = (text: string) => palette("strong", text);
  return page([
    wrap(
      "lossbound reports exactly which messages at-most-once delivery on Kafka lost and where each one was lost, " +
        "and judges the loss against the bounds that a scenario claims.",
      width,
    ),
    [
      head("Commands"),
      ...layRows(
        [left, left],
        commands.map((each) => [cell(usageOf(each)), cell(each.summary)]),
        palette,
      ),
    ],
    [
      head("Examples"),
      ...commands.flatMap(({ examples }) => examples.slice(0, 1)).map(({ command }) => `  ${command}`),
    ],
    [
      head("Exit codes"),
      "  0 held · 1 broken · 2 inconclusive · 3 could not run · 64 invalid usage or input · 130 interrupted",
    ],
    ["Run `lossbound help COMMAND` for details of a command, or `lossbound --version` for the version."],
  ]);
}

/** Renders the help page of one command. */
export function commandHelp(command: Command, { palette, width }: Page): string {
  const head = (text: string) => palette("strong", text);
  const options = [
    ...Object.entries(command.options).map(([name, { value, description }]) => ({
      name: `--${name}${value === undefined ? "" : ` ${value}`}`,
      description,
    })),
    { name: "--help", description: "Print this page" },
  ];
  return page([
    [
      `${head("Usage")}  lossbound ${command.name} [OPTIONS]${command.operands === "" ? "" : ` ${command.operands}`}`,
    ],
    command.about.flatMap((sentence) => wrap(sentence, width)),
    [
      head("Options"),
      ...layRows(
        [left, left],
        options.map(({ name, description }) => [cell(name), cell(description)]),
        palette,
      ),
    ],
    [
      head("Examples"),
      ...command.examples.flatMap((example) => [
        palette("faint", `  ${example.does}`),
        `    ${example.command}`,
      ]),
    ],
  ]);
}

function usageOf({ name, operands }: Command): string {
  return operands === "" ? name : `${name} ${operands}`;
}

function page(sections: readonly (readonly string[])[]): string {
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}
