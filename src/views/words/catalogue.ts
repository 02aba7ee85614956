import { causes, type Bound, type Cause, type Scenario } from "../../scenario/scenario.js";
import type { Fault } from "../../scenario/faults.js";
import { boundInWords } from "./bounds.js";
import { faultInWords } from "./faults.js";
import { formatSpan } from "../layout/numbers.js";
import { triggerInWords } from "./triggers.js";

/** A shipped scenario and its file. */
export interface CatalogueEntry {
  file: string;
  scenario: Scenario;
}

const heads = ["scenario", "claim", "faults", "causes", "bounds", "who would notice"];

/** Renders the scenarios as Markdown, with a row per file. */
export function renderCatalogue(entries: readonly CatalogueEntry[]): string {
  return [
    "# The shipped scenarios",
    "",
    "Generated from the files in this folder by `npm run catalogue`; do not edit it.",
    "",
    "Time 0 is when the producers start sending. The causes are the places where messages die",
    "([fates.md](../docs/fates.md)). The last column follows from them: who would notice the loss without lossbound.",
    "",
    rowOf(heads),
    rowOf(heads.map(() => "---")),
    ...entries
      .toSorted((one, next) => (one.scenario.name < next.scenario.name ? -1 : 1))
      .map((entry) => rowOf(cellsOf(entry).map(escaped))),
    "",
  ].join("\n");
}

function cellsOf({ file, scenario }: CatalogueEntry): string[] {
  const { name, guarantee, claim, expect } = scenario;
  const named = causesNamed(scenario);
  return [
    `[${name}](${file})${guarantee === "at-most-once" ? "" : lineBreak + guarantee}`,
    claim,
    faultsOf(scenario).join(lineBreak) || "none",
    named.map((cause) => `\`${cause}\`: ${boundInWords(expect.lostBy[cause] as Bound)}`).join(lineBreak),
    boundsOf(scenario).join(lineBreak),
    [...new Set(named.map(witnessOf))].join(lineBreak),
  ];
}

/** Returns the causes by which a scenario expects to lose messages. */
export function causesNamed({ expect }: Pick<Scenario, "expect">): Cause[] {
  return causes.filter((cause) => {
    const bound = expect.lostBy[cause];
    return bound !== undefined && bound.max?.value !== 0;
  });
}

function faultsOf({ faults, faultsDrawn }: Scenario): string[] {
  const drawn = faultsDrawn === undefined ? [] : [`${faultsDrawn} of these, drawn by the seed:`];
  return [...drawn, ...faults.map(oneFault)];
}

function oneFault(fault: Fault): string {
  const target = "worker" in fault ? fault.worker : undefined;
  const every = fault.every === 0 ? "" : `, every ${formatSpan(fault.every)}`;
  const again = fault.times === 1 ? "" : `; ${fault.times} times${every}`;
  return `${triggerInWords(fault.trigger)}: ${faultInWords(fault, target)}${again}`;
}

function boundsOf({
  expect: { lost, silentlyLost, duplicated, indeterminate, unexplained },
}: Scenario): string[] {
  const duplicates = boundInWords(duplicated);
  return [
    `lost: ${boundInWords(lost)}`,
    ...(silentlyLost === undefined ? [] : [`silently lost: ${boundInWords(silentlyLost)}`]),
    // Most scenarios allow no duplicates, so that is not listed.
    ...(duplicates === "none" ? [] : [`duplicated: ${duplicates}`]),
    ...(indeterminate === undefined ? [] : [`indeterminate: ${boundInWords(indeterminate)}`]),
    ...(unexplained === undefined ? [] : [`unexplained: ${boundInWords(unexplained)}`]),
  ];
}

/** Returns who would notice a loss of this cause, and by which sign. */
function witnessOf(cause: Cause): string {
  switch (cause) {
    case "rejected":
      return "the application: its client reported an error";
    case "client-buffer":
    case "in-transit":
      return "no one";
    case "refused":
      return "the brokers' operator: a log line names the request";
    case "log":
      return "the brokers' operator: the log shows deletion and truncation";
    case "skipped":
      return "the group's operator: the committed position jumped";
    case "after-commit":
    case "in-processing":
      return "the group's operator: a consumer died, or abandoned what it had committed";
  }
}

const lineBreak = "<br>";

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
