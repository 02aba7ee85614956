import type { Diagnosis, OptionalTool, ToolDiagnosis } from "../../environment/local/diagnose.js";
import type { Leftover } from "../../processes/leftovers.js";
import { type Cell, cell, layRows, left, right } from "../layout/columns.js";
import { formatCount } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";

/**
 * Renders what is installed, what is missing and how to get it, and what earlier runs left behind.
 */
export function renderDiagnosis(diagnosis: Diagnosis, page: Page): string {
  const sections = [
    section(
      "tools",
      layRows([left, left, left], [nodeRow(diagnosis), ...diagnosis.tools.map(toolRow)], page.palette),
      page,
    ),
    ...diagnosis.tools.filter(isMissing).map((tool) => installSection(tool, page)),
    section("optional", optionalRows(diagnosis, page), page),
    section("cache", cacheRows(diagnosis, page), page),
    section("left behind by earlier runs", leftoverRows(diagnosis.leftovers), page),
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** Renders what `doctor --clean` removed. */
export function renderCleared(cleared: readonly Leftover[]): string {
  return [cleared.length === 0 ? "nothing to clean" : "cleaned", ...cleared.flatMap(leftoverRow)]
    .map((line) => `${line}\n`)
    .join("");
}

/** Checks whether a tool that a local run needs is missing or too old. */
export function isMissing({ isNeeded, found }: ToolDiagnosis): boolean {
  return isNeeded && found?.isGoodEnough !== true;
}

function section(name: string, lines: readonly string[], { palette }: Page): string[] {
  return [palette("strong", name), ...lines];
}

function nodeRow({ node }: Diagnosis): Cell[] {
  const mark = node.isGoodEnough ? cell("ok", "good") : cell("too old", "bad");
  return [mark, cell("node"), cell(`${node.version}  ${printable(node.path)}`)];
}

function toolRow(tool: ToolDiagnosis): Cell[] {
  const { name, found, wanted, isNeeded } = tool;
  const seen = found === undefined ? "" : printable(`${found.version}  ${found.path}`);
  if (found?.isGoodEnough) return [cell("ok", "good"), cell(name), cell(seen)];
  if (!isNeeded) return [cell("absent", "faint"), cell(name), cell("not needed here", "faint")];
  if (found === undefined) return [cell("missing", "bad"), cell(name), cell(`required: ${wanted}`)];
  return [cell("too old", "bad"), cell(name), cell(`${seen}, required: ${wanted}`)];
}

function optionalRows({ optional }: Diagnosis, { palette }: Page): string[] {
  const rows = optional.map(({ name, found, purpose }) => [
    found === undefined ? cell("absent", "faint") : cell("ok", "good"),
    cell(name),
    cell(purpose),
    cell(found === undefined ? "" : printable(`${found.version}  ${found.path}`), "faint"),
  ]);
  const absent = optional.filter(({ found }) => found === undefined);
  return [...layRows([left, left, left, left], rows, palette), ...absent.flatMap(installHint)];
}

function installHint({ name, install }: OptionalTool): string[] {
  return [`  how to get ${name}`, ...install.map((line) => `    ${printable(line)}`)];
}

function installSection({ name, install }: ToolDiagnosis, page: Page): string[] {
  return section(
    `how to get ${name}`,
    install.map((line) => `  ${printable(line)}`),
    page,
  );
}

function cacheRows({ cache }: Diagnosis, { palette }: Page): string[] {
  const rows = cache.parts.map(({ name, version, bytes }) => [
    cell(printable(name)),
    cell(printable(version)),
    cell(`${formatCount(bytes / 1_000_000)} MB`),
  ]);
  return [
    `  ${printable(cache.folder)}`,
    ...(rows.length === 0
      ? ["  empty; the first run downloads what it needs"]
      : layRows([left, left, right], rows, palette)),
  ];
}

function leftoverRows(leftovers: readonly Leftover[]): string[] {
  if (leftovers.length === 0) return ["  nothing"];
  return [...leftovers.flatMap(leftoverRow), "  run `lossbound doctor --clean` to remove this"];
}

function leftoverRow({ id, processes, folders }: Leftover): string[] {
  return [
    `  run ${printable(id)}`,
    ...processes.map(({ name, pid }) => `    process ${pid} (${printable(name)})`),
    ...folders.map((folder) => `    folder ${printable(folder)}`),
  ];
}
