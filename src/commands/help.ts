import { layRows, left, cell, wrap } from "../views/layout/columns.js";
import type { Page } from "../views/layout/page.js";
import type { Command } from "./line/command.js";

/** The page of lossbound itself: its commands, with an example each. */
export function generalHelp(commands: readonly Command[], { palette, width }: Page): string {
  const head = (text: string) => palette("strong", text);
  return page([
    wrap(
      "lossbound counts exactly which messages at-most-once delivery on Kafka lost, says where each one died, " +
        "and judges it against the bounds that a scenario claims.",
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
      "  0 held · 1 broken · 2 inconclusive · 3 could not run · 64 wrong usage or input · 130 interrupted",
    ],
    ["`lossbound help COMMAND` tells more of each. `lossbound --version` prints the version."],
  ]);
}

export function commandHelp(command: Command, { palette, width }: Page): string {
  const head = (text: string) => palette("strong", text);
  const options = [
    ...Object.entries(command.options).map(([name, { value, description }]) => ({
      name: `--${name}${value === undefined ? "" : ` ${value}`}`,
      description,
    })),
    { name: "--help", description: "Print this page." },
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
