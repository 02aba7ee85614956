import { causes, type Bound, type Cause, type Scenario } from "../../scenario/scenario.js";
import type { Fault } from "../../scenario/faults.js";
import { boundInWords } from "./bounds.js";
import { faultInWords } from "./faults.js";
import { formatSpan } from "../layout/numbers.js";
import { triggerInWords } from "./triggers.js";

/** A shipped scenario, and the file that it is from. */
export interface CatalogueEntry {
  file: string;
  scenario: Scenario;
}

const heads = ["scenario", "claim", "faults", "causes", "bounds", "who would have known"];

/** What the scenarios show, as Markdown: a row each, made of what their files say. */
export function renderCatalogue(entries: readonly CatalogueEntry[]): string {
  return [
    "# The shipped scenarios",
    "",
    "Made from the files beside this one by `npm run catalogue`; do not edit it.",
    "",
    "Time 0 is when the producers begin to send. The causes are the places where messages die",
    "([fates.md](../docs/fates.md)); who would have known goes by them: who, outside of lossbound, had a sign of it.",
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

/** The causes that a scenario means to lose by. */
export function causesNamed({ expect }: Pick<Scenario, "expect">): Cause[] {
  return causes.filter((cause) => {
    const bound = expect.lostBy[cause];
    return bound !== undefined && bound.max?.value !== 0;
  });
}

function faultsOf({ faults, faultsDrawn }: Scenario): string[] {
  const drawn = faultsDrawn === undefined ? [] : [`${faultsDrawn} of these, as the seed draws them:`];
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
    // None is the rule.
    ...(duplicates === "none" ? [] : [`duplicated: ${duplicates}`]),
    ...(indeterminate === undefined ? [] : [`indeterminate: ${boundInWords(indeterminate)}`]),
    ...(unexplained === undefined ? [] : [`unexplained: ${boundInWords(unexplained)}`]),
  ];
}

/** Who had a sign that messages died of this cause, and which. */
function witnessOf(cause: Cause): string {
  switch (cause) {
    case "rejected":
      return "the application: its client reported an error";
    case "client-buffer":
    case "in-transit":
      return "nobody";
    case "refused":
      return "the brokers' operator: a line of the log names the request";
    case "log":
      return "the brokers' operator: the log tells of deletion and truncation";
    case "skipped":
      return "the group's operator: the committed position jumped";
    case "after-commit":
    case "in-processing":
      return "the group's operator: a consumer died, or gave up what it had committed";
  }
}

const lineBreak = "<br>";

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
